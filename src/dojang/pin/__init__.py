"""The PIN protocol that browser, holder, guard and vault share: pure functions, no sockets, no clock."""
