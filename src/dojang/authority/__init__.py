"""What may we certify, and how? Pure rules, without clock or socket: profiles, plans, lints, CRL, OCSP, ceremony."""
