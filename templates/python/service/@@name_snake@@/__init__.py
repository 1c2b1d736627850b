"""@@name@@: an HTTP service that says whether it is well."""
