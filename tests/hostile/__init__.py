"""Attacks: files made to fill the memory or to take for ever, random damage, faults at every system call."""
