"""Exports: the journal, CDISC ADaM tables and a manifest, so that R and SAS users can go straight on."""
