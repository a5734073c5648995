"""Is this the person? Pure rules, one file per factor; `application.py` is the seven-step state machine."""
