"""The calls that are known to read or write data: which argument says what, by library and name.

A library is its top module, so that `zarr.open` and `zarr.convenience.open` are one. Methods that write are known by
their name alone: what they are called on is rarely told.
"""

from dataclasses import dataclass

from leap_kg.links.signal import Role


@dataclass(frozen=True, slots=True)
class Known:
    """A call: the argument with the address, by place (from 0) and by keywords.

    `strict`: a client for anything on the web, so the address itself must look like data. `mode` is the place of an
    argument `mode` that tells reading from writing, `plain` its default. `yields`: the result stands for the address.
    """

    role: Role
    at: int
    names: tuple[str, ...]
    strict: bool = False
    mode: int | None = None
    plain: str = "r"
    yields: bool = False


def _each(role: Role, at: int, names: str, *calls: str, **more: object) -> dict[tuple[str, str], Known]:
    known = Known(role, at, tuple(names.split()), **more)  # type: ignore[arg-type]
    return {
        (library, name): known
        for call in calls
        for library, _, every in [call.partition(" ")]
        for name in every.split()
    }


_R, _W = Role.READS, Role.WRITES

# fmt: off
CALLS: dict[tuple[str, str], Known] = {
    **_each(
        _R, 0, "filename_or_obj filename_or_object store paths path filename url urlpath uri",
        "xarray open_zarr open_dataset open_mfdataset open_datatree open_groups open_dataarray load_dataset"
        " load_dataarray open_rasterio",
        "datatree open_datatree",
        "xarray_beam open_zarr DatasetToChunks",
        "xarray_tensorstore open_zarr",
        "weatherbench2 open_zarr",
        "salem open_xr_dataset open_wrf_dataset",
        "uxarray open_grid",
        "cf read",
        "cfdm read",
        "nctoolkit open_url open_thredds open_data",
        "xroms open_netcdf open_zarr open_mfnetcdf",
        "gribscan open_dataset",
        "h5pyd File",
        "h5coro H5Coro",
        "rio_tiler Reader COGReader",
        "astropy download_file open",
        "rioxarray open_rasterio",
        "cfgrib open_dataset open_datasets",
        "ndpyramid open_pyramid",
        "xesmf Mesh",
    ),
    **_each(_R, 0, "url store", "pydap open_url", "xarray open PydapDataStore NetCDF4DataStore", yields=True),
    **_each(_R, 1, "data filenames", "uxarray open_dataset open_mfdataset"),
    **_each(_R, 0, "filenames", "parcels from_netcdf from_mitgcm from_nemo from_pop from_c_grid_dataset"),
    **_each(_R, 1, "url urls path", "earthkit from_source", "climetlab load_source"),
    **_each(_R, 0, "filename", "pygrib open", "metpy Level2File Level3File GiniFile"),
    **_each(_R, 0, "path", "awswrangler read_csv read_parquet read_json download"),
    **_each(_W, 1, "path", "awswrangler to_csv to_parquet to_json upload"),
    **_each(_R, 9, "data_dir", "tensorflow_datasets load"),
    **_each(_R, 0, "data_dir builder_dir", "tensorflow_datasets builder_from_directory"),
    **_each(_R, 0, "items", "stackstac stack", "odc load stac_load"),
    **_each(_R, 0, "granules", "earthaccess download"),
    **_each(_R, 0, "filenames", "satpy Scene"),
    **_each(_R, 0, "path_or_buffer path", "duckdb read_parquet read_csv read_json from_parquet from_csv_auto"),
    **_each(_R, 0, "fp", "rasterio open", mode=1),
    **_each(_R, 0, "utf8_path nameOrPath", "osgeo Open OpenEx OpenShared", "gdal Open OpenEx", "ogr Open"),
    **_each(_R, 1, "srcDS srcDSOrSrcDSTab", "osgeo Translate Warp BuildVRT", "gdal Translate Warp BuildVRT"),
    **_each(
        _R, 0, "filepath filepath_or_buffer path_or_buf io path path_or_file urlpath source where filename",
        "pandas read_csv read_table read_parquet read_excel read_json read_hdf read_feather read_pickle read_fwf"
        " read_stata read_orc read_xml read_sas read_html ExcelFile HDFStore",
        "dask read_csv read_table read_parquet read_json read_hdf read_orc read_bytes read_text",
        "geopandas read_file read_parquet read_feather",
        "dask_geopandas read_file read_parquet",
        "polars read_csv read_parquet read_json read_ndjson read_excel scan_parquet scan_csv scan_ndjson",
        "pyarrow read_table ParquetFile ParquetDataset dataset read_csv read_feather",
        "cudf read_csv read_parquet",
        "fastparquet ParquetFile",
        "fiona open",
        "pyogrio read_dataframe",
    ),
    **_each(
        _R, 0, "filename file fname uris uri name url component",
        "netCDF4 MFDataset",
        "iris load load_cube load_cubes load_raw",
        "numpy load loadtxt genfromtxt fromfile memmap",
        "scipy loadmat netcdf_file readsav",
        "joblib load",
        "torch load",
        "keras load_model",
        "tensorflow load_model",
        "dask from_zarr from_npy_stack",
        "cdms2 open",
        "xmitgcm open_mdsdataset",
        "wradlib open_odim",
        "pyart read read_nexrad_archive read_nexrad_cdm read_nexrad_level3 read_cfradial read_grid",
        "matplotlib imread",
        "imageio imread",
        "skimage imread",
    ),
    **_each(_R, 0, "filename name path", "netCDF4 Dataset", "h5py File", "h5netcdf File Dataset", mode=1),
    **_each(_R, 0, "store path", "zarr open open_group open_array", mode=1, yields=True),
    **_each(_R, 0, "store path url", "zarr open_consolidated load open_like ZipStore group LRUStoreCache", yields=True),
    **_each(_W, 0, "store path", "zarr save save_array save_group create create_group create_array zeros ones empty"),
    **_each(_R, 0, "filepath path urlpath url urls", "virtualizarr open_virtual_dataset open_virtual_mfdataset"
            " open_virtual_datatree"),
    **_each(_R, 0, "url file_url path", "kerchunk scan_grib tiff_to_zarr process_file"),
    **_each(_R, 0, "h5f url path", "kerchunk SingleHdf5ToZarr NetCDF3ToZarr MultiZarrToZarr", yields=True),
    **_each(_R, 0, "urls refs files", "kerchunk auto_dask merge_vars concatenate_arrays"),
    **_each(_R, 0, "urlpath uri url path", "intake_xarray NetCDFSource ZarrSource RasterIOSource OpendapSource",
            "intake_parquet ParquetSource", "intake_geopandas GeoJSONSource ShapeFileSource"),
    **_each(_R, 0, "urlpath url url_or_obj fo", "fsspec open open_local", mode=1, yields=True),
    **_each(_R, 0, "urlpath url root check", "fsspec get_mapper open_files FSMap", yields=True),
    **_each(_R, 0, "root url", "s3fs S3Map", "gcsfs GCSMap get_mapper", yields=True),
    **_each(_R, 0, "url path store", "zarr FSStore FsspecStore from_url ObjectStore N5FSStore", yields=True),
    **_each(_R, 0, "url", "obstore from_url", yields=True),
    **_each(_R, 0, "", "builtins open", mode=1, yields=True),
    **_each(_R, 0, "uri", "smart_open open", mode=1, yields=True),
    **_each(_R, 0, "name", "tensorflow GFile", mode=1, yields=True),
    **_each(_R, 0, "pattern filename", "tensorflow glob", yields=True),
    **_each(_R, 0, "src source", "tensorflow copy", "zarr copy_store copy copy_all"),
    **_each(_R, 0, "file_pattern", "apache_beam ReadFromText ReadFromParquet ReadFromTFRecord ReadFromAvro MatchFiles"),
    **_each(_W, 0, "file_path_prefix path", "apache_beam WriteToText WriteToParquet WriteToTFRecord WriteToFiles"),
    **_each(_R, 0, "url", "eosdis_store EosdisStore", yields=True),
    **_each(_R, 0, "urlpath url uri", "intake open_zarr open_netcdf open_csv open_parquet open_opendap"
            " open_xarray_image open_rasterio open_json open_textfiles open_numpy open_kerchunk"),
    **_each(_R, 0, "url", "intake STACJSON NetCDF3 HDF5 Zarr CSV Parquet JSONFile YAMLFile CatalogFile CatalogAPI"
            " IcechunkRepo TIFF GRIB2 Excel GeoJSON Shapefile GeoPackage FITS THREDDSCatalog OpenDAP", yields=True),
    **_each(_R, 0, "url", "tensorflow TFRecordDataset TextLineDataset", "torch load_state_dict_from_url"
            " download_url_to_file", "siphon TDSCatalog get_latest_access_url RadarServer"
            " get_radarserver_datasets NCSS CDMRemoteStore", "threddsclient read_url crawl opendap_urls download_urls"),
    **_each(_R, 1, "origin", "tensorflow get_file", "keras get_file"),
    **_each(_R, 0, "url fullurl", "urllib urlopen", "requests get", "httpx get stream", "urllib3 request",
            "sh wget curl", strict=True),
    **_each(_R, 0, "url", "pooch retrieve", "earthpy get_data", "torchdata HttpReader",
            "torchvision download_url download_and_extract_archive"),
    **_each(_R, 0, "file_list pattern inputs", "pangeo_forge_recipes pattern_from_file_sequence"),
    **_each(_R, 0, "input_path source", "rechunker rechunk"),
    **_each(_W, 1, "store url urlpath path", "dask to_zarr to_parquet to_csv", "xarray to_zarr to_netcdf"),
    **_each(_W, 1, "paths", "xarray save_mfdataset"),
    **_each(_W, 1, "session store", "icechunk to_icechunk"),
    **_each(_W, 0, "store", "zarr consolidate_metadata"),
    **_each(_W, 1, "where path", "pyarrow write_table write_dataset write_to_dataset write_feather"),
    **_each(_W, 0, "store", "xarray_beam ChunksToZarr DatasetToZarr", "weatherbench2 ChunksToZarr"),
    **_each(_W, 0, "file", "numpy save savez savez_compressed savetxt"),
    **_each(_W, 1, "f", "torch save"),
    **_each(_W, 0, "target", "leap_data_management_utils Copy CopyRclone"),
    **_each(_W, 1, "filename", "joblib dump"),
    **_each(_W, 1, "url", "kerchunk refs_to_dataframe"),
    **_each(_W, 0, "root", "fsspec create"),
}
# fmt: on
"""By library and name."""

LIBRARIES = frozenset(library for library, _ in CALLS) | {
    "dask",
    "icechunk",
    "obstore",
    "numpy",
    "json",
    "yaml",
    "glob",
}
"""Libraries by the name of their top module."""

METHODS: dict[str, Known] = {
    name: Known(
        _W,
        0,
        ("store", "path", "path_or_buf", "filename", "url", "urlpath", "root_path", "session", "raster_path", "uri"),
    )
    for name in [
        "to_zarr",
        "to_icechunk",
        "to_netcdf",
        "to_parquet",
        "to_csv",
        "to_json",
        "to_hdf",
        "to_pickle",
        "to_feather",
        "to_raster",
        "to_file",
        "to_excel",
        "to_kerchunk",
        "to_zarr_store",
        "to_geotiff",
        "to_cog",
        "to_orc",
        "write_parquet",
        "write_csv",
    ]
}
"""By name alone."""

CONVENTIONS = {
    "xr": "xarray", "pd": "pandas", "np": "numpy", "gpd": "geopandas", "dd": "dask.dataframe", "da": "dask.array",
    "nc": "netCDF4", "rxr": "rioxarray", "pq": "pyarrow.parquet", "pl": "polars", "tf": "tensorflow",
    "xbeam": "xarray_beam", "beam": "apache_beam", "plt": "matplotlib.pyplot", "iris": "iris", "xarray": "xarray",
    "pandas": "pandas", "numpy": "numpy", "zarr": "zarr", "fsspec": "fsspec", "s3fs": "s3fs", "gcsfs": "gcsfs",
    "intake": "intake", "rasterio": "rasterio", "h5py": "h5py", "netCDF4": "netCDF4", "requests": "requests",
    "os": "os", "pooch": "pooch", "rioxarray": "rioxarray", "geopandas": "geopandas", "Path": "pathlib.Path",
    "yaml": "yaml", "json": "json", "urllib": "urllib", "glob": "glob", "dask": "dask", "datetime": "datetime",
    "shutil": "shutil", "zipfile": "zipfile", "tarfile": "tarfile", "gzip": "gzip", "subprocess": "subprocess",
}  # fmt: skip
"""What a name that nobody bound stands for: cells rely on a star import, or on imports of a run before."""

FILE_SYSTEMS = {
    "S3FileSystem": "s3", "GCSFileSystem": "gs", "HTTPFileSystem": "https", "AzureBlobFileSystem": "abfs",
    "HfFileSystem": "hf", "LocalFileSystem": "file", "DatalakeFileSystem": "abfs", "ReferenceFileSystem": "reference",
}  # fmt: skip
"""Classes of file systems, and the scheme of each."""

BUCKETS = {
    "s3_storage": "s3", "gcs_storage": "gs", "azure_storage": "az", "tigris_storage": "s3", "r2_storage": "s3",
    "S3Store": "s3", "GCSStore": "gs", "AzureStore": "az", "ABSStore": "az", "s3_object_store_storage": "s3",
    "new_s3": "s3", "new_gcs": "gs", "new_azure_blob": "az", "s3_from_env": "s3", "s3_from_config": "s3",
    "s3_anonymous": "s3",
}  # fmt: skip
"""Calls with `bucket=` and `prefix=`, and the scheme of each."""
