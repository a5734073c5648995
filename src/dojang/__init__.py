"""A certification service for Korean banks: the holder's PIN signs, and no server ever sees it."""
