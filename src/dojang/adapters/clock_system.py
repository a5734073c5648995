"""The machine's own clock."""

import time


class SystemClock:
    """`Clock`."""

    def now(self) -> int:
        """See `Clock`."""
        return int(time.time())
