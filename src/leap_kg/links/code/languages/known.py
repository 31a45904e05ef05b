"""The calls of R and Julia that are known to read or write data: which argument says what.

R's are known by their name alone, whatever package it comes from: what they are given decides whether it is an
address. Julia's short names (`read`, `get`) are known with their module.
"""

from leap_kg.links.code.known import Known
from leap_kg.links.signal import Role


def _each(role: Role, at: int, names: str, calls: str, **more: object) -> dict[str, Known]:
    known = Known(role, at, tuple(names.split()), **more)  # type: ignore[arg-type]
    return dict.fromkeys(calls.split(), known)


_R, _W = Role.READS, Role.WRITES

# fmt: off
R_CALLS: dict[str, Known] = {
    # ncdf4, RNetCDF, tidync, ncmeta, hdf5r, rhdf5
    **_each(_R, 0, "filename con file x name path nc", "nc_open open.nc tidync nc_vars nc_inq nc_dims nc_atts open.ncdf"
            " h5read H5Fopen h5ls h5file H5File.new nc_meta read_ncdf"),
    # terra, raster, stars, sf, sp
    **_each(_R, 0, "x filename dsn .x file con", "rast vect sds raster brick stack read_stars read_mdim st_read read_sf"
            " st_layers readOGR ogrInfo readGDAL gdal_utils read_stars_proxy gdalinfo describe stars_proxy"),
    # base, utils, readr, data.table, vroom, readxl, haven, rio
    **_each(_R, 0, "file con path input url dataset", "read.csv read.csv2 read.table read.delim read.delim2 read.fwf"
            " read.dcf readRDS load readLines scan readBin read_csv read_csv2 read_tsv read_delim read_rds read_lines"
            " read_file read_file_raw read_table read_table2 read_fwf fread vroom vroom_lines read_excel read_xlsx"
            " read_xls read.xlsx read_dta read_sav read_sas read_spss read.dta import read_rdata read_ods"),
    # arrow, jsonlite, geojson, zarr
    **_each(_R, 0, "sources file source txt x store zarr_array_path path con", "open_dataset open_csv_dataset"
            " open_tsv_dataset open_delim_dataset read_parquet read_feather read_ipc_file read_csv_arrow"
            " read_tsv_arrow read_json_arrow read_arrow ParquetFileReader.create stream_in fromJSON read_json"
            " geojson_read geojson_sf read_zarr_array zarr_overview ZarrArray zarr_open zarr_open_array zarr_open_group"
            " HttpStore.new DirectoryStore.new read_geoparquet st_read_parquet pq_read duckdbfs_open read_fst"
            " read_qs qread"),
    # what fetches files
    **_each(_R, 0, "url src source urls rpath fname", "download.file curl_download multi_download downloadFile"
            " download_file board_url pooch getBinaryURL source_data url_download download.file.atomic"),
    **_each(_R, 1, "fpath rpath url", "bfcadd bfcrpath"),
    **_each(_R, 0, "url base_url handle", "GET curl_fetch_memory curl_fetch_disk curl_fetch_stream getURL getURLContent"
            " request VERB RETRY read_html read_xml xmlParse read_yaml HttpClient.new", strict=True),
    **_each(_R, 0, "base_url", "stac read_stac"),
    # what writes
    **_each(_W, 1, "file path con filename fname dsn sink output", "write.csv write.csv2 write.table write_csv"
            " write_tsv write_delim write_rds write_file write_lines saveRDS fwrite write_parquet write_feather"
            " write_ipc_file write_csv_arrow write_dataset writeRaster st_write write_sf write_stars write_json"
            " write_xlsx write.xlsx writeVector writeCDF writeLines writeOGR write_zarr_array write_geoparquet"
            " write_fst qsave vroom_write write_excel_csv write_mdim geojson_write"),
    **_each(_W, 0, "filename path store zarr_array_path", "nc_create create.nc zarr_create create_empty_zarr_array"
            " zarr_create_group zarr_create_array"),
    **_each(_W, 99, "file", "save save.image"),
}
"""By the bare name."""

_JULIA_ANY: dict[str, Known] = {
    **_each(_R, 0, "path url fname filename", "NCDataset Dataset GRIBDataset ZarrDataset NetCDFDataset TIFFDataset"
            " ncinfo ncread nc_read ncread! load jldopen load_object Raster RasterStack RasterSeries open_dataset"
            " open_mfdataset Cube zopen h5open h5read readdlm readxlsx readtable readraster matread matopen parsefile"
            " load_file read_parquet getncdataset", mode=1),
    **_each(_R, 0, "url path", "HTTPStore ConsolidatedStore storefromstring DirectoryStore", yields=True),
    **_each(_R, 1, "url", "@load"),
    **_each(_R, 0, "url", "curl wget ArtifactFile"),
    **_each(_R, 2, "remotepath url", "DataDep"),
    **_each(_W, 0, "path filename fname file", "@save nccreate zcreate zzeros zgroup save jldsave save_object h5write"
            " matwrite writedlm writetable"),
    **_each(_W, 1, "path filename fname", "ncwrite savecube savedataset"),
}

JULIA_CALLS: dict[str, Known] = {
    **_JULIA_ANY,
    **_each(_R, 0, "source path file filename", "CSV.read CSV.File CSV.Rows CSV.Chunks NetCDF.open Arrow.Table"
            " Arrow.Stream Shapefile.Table Parquet.File Parquet2.Dataset Parquet2.readfile GeoParquet.read"
            " ArchGDAL.read ArchGDAL.readraster ArchGDAL.unsafe_read AG.read AG.readraster GeoDataFrames.read GDF.read"
            " GeoJSON.read JSON3.read XLSX.readdata ExcelFiles.load GMT.gmtread GMT.gdalread BSON.load BSON.parse"
            " FileIO.load JLD2.load TOML.parsefile YAML.load_file JSON.parsefile GeoArrays.read"),
    **_each(_R, 0, "url", "Downloads.download Base.download download"),
    **_each(_R, 0, "url", "HTTP.get HTTP.download HTTP.open Downloads.request", strict=True, yields=True),
    **_each(_R, 1, "url", "HTTP.request", strict=True, yields=True),
    **_each(_W, 0, "file path filename", "CSV.write Arrow.write NetCDF.create Parquet.write_parquet"
            " Parquet2.writefile GeoJSON.write Shapefile.write GeoDataFrames.write ArchGDAL.write JLD2.save FileIO.save"
            " BSON.bson Rasters.write NCDatasets.write write"),
}
# fmt: on
"""By the name, or the last module and the name."""
