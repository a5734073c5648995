"""Hanbit Bank (한빛은행): a fictional bank with a process and a database of its own.

It plays four parts that a real bank has: core banking, the suppliers of its proofing factors, the registration
authority, and a relying party. It also plays its customers' telephones. Nobody in it lives: all were born before 1900.
"""
