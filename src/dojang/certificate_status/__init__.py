"""The certificate status service: OCSP, CRLs and the authorities' certificates. Read by everyone, written by few."""
