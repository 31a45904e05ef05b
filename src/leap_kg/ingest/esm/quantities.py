"""What the variables of CMIP6 are, as CF's standard names: a table has no more of them than their short names.

The names are those of CMIP6's data request. A variable is narrower than its quantity: `tas` is the temperature of the
air two metres above the ground. Variables with several quantities, one for each table that has them, are left out.
"""

from collections.abc import Mapping

from leap_kg.ingest.esm.facets import CMIP6
from leap_kg.ingest.mapping.variables import standard_name_iri

_FACET = "variable_id"
_NAMES: Mapping[str, str] = {
    # The air, at levels and near the ground.
    "ta": "air_temperature",
    "tas": "air_temperature",
    "tasmax": "air_temperature",
    "tasmin": "air_temperature",
    "ts": "surface_temperature",
    "ua": "eastward_wind",
    "uas": "eastward_wind",
    "va": "northward_wind",
    "vas": "northward_wind",
    "wap": "lagrangian_tendency_of_air_pressure",
    "zg": "geopotential_height",
    "sfcWind": "wind_speed",
    "sfcWindmax": "wind_speed",
    "hus": "specific_humidity",
    "huss": "specific_humidity",
    "hur": "relative_humidity",
    "hurs": "relative_humidity",
    "ps": "surface_air_pressure",
    "psl": "air_pressure_at_mean_sea_level",
    "prw": "atmosphere_mass_content_of_water_vapor",
    "clt": "cloud_area_fraction",
    "clwvi": "atmosphere_mass_content_of_cloud_condensed_water",
    "clivi": "atmosphere_mass_content_of_cloud_ice",
    # What falls, and what passes between air and ground.
    "pr": "precipitation_flux",
    "prc": "convective_precipitation_flux",
    "prsn": "snowfall_flux",
    "prra": "rainfall_flux",
    "evspsbl": "water_evapotranspiration_flux",
    "tauu": "surface_downward_eastward_stress",
    "tauv": "surface_downward_northward_stress",
    "hfls": "surface_upward_latent_heat_flux",
    "hfss": "surface_upward_sensible_heat_flux",
    "rlds": "surface_downwelling_longwave_flux_in_air",
    "rlus": "surface_upwelling_longwave_flux_in_air",
    "rsds": "surface_downwelling_shortwave_flux_in_air",
    "rsus": "surface_upwelling_shortwave_flux_in_air",
    "rlut": "toa_outgoing_longwave_flux",
    "rsdt": "toa_incoming_shortwave_flux",
    "rsut": "toa_outgoing_shortwave_flux",
    # The sea and its ice.
    "tos": "sea_surface_temperature",
    "sos": "sea_surface_salinity",
    "thetao": "sea_water_potential_temperature",
    "so": "sea_water_salinity",
    "uo": "sea_water_x_velocity",
    "vo": "sea_water_y_velocity",
    "wo": "upward_sea_water_velocity",
    "zos": "sea_surface_height_above_geoid",
    "mlotst": "ocean_mixed_layer_thickness_defined_by_sigma_t",
    "siconc": "sea_ice_area_fraction",
    "sithick": "sea_ice_thickness",
    # Its chemistry and life.
    "o2": "mole_concentration_of_dissolved_molecular_oxygen_in_sea_water",
    "no3": "mole_concentration_of_nitrate_in_sea_water",
    "po4": "mole_concentration_of_phosphate_in_sea_water",
    "si": "mole_concentration_of_silicate_in_sea_water",
    "dissic": "mole_concentration_of_dissolved_inorganic_carbon_in_sea_water",
    "chl": "mass_concentration_of_phytoplankton_expressed_as_chlorophyll_in_sea_water",
    "zooc": "mole_concentration_of_zooplankton_expressed_as_carbon_in_sea_water",
    "fgco2": "surface_downward_mass_flux_of_carbon_dioxide_expressed_as_carbon",
    "fgo2": "surface_downward_mole_flux_of_molecular_oxygen",
    "spco2": "surface_partial_pressure_of_carbon_dioxide_in_sea_water",
    # The land.
    "gpp": "gross_primary_productivity_of_biomass_expressed_as_carbon",
    "mrso": "mass_content_of_water_in_soil",
    "mrro": "runoff_flux",
    "mrros": "surface_runoff_flux",
    "snw": "surface_snow_amount",
    "snd": "surface_snow_thickness",
    "tsl": "soil_temperature",
    "orog": "surface_altitude",
    "sftlf": "land_area_fraction",
}


def quantity(scheme: str, facet: str, value: str) -> str | None:
    """The IRI of the standard name of a variable; `None` for what is no variable of CMIP6, or not known here."""
    name = _NAMES.get(value) if scheme == CMIP6 and facet == _FACET else None
    return standard_name_iri(name) if name else None
