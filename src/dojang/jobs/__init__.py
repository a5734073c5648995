"""The clock knocks: `schedule.py` and one file per job."""
