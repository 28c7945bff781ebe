"""Looks into uploaded files and makes of them what browsers can show, each time in a process that may not take much.

Files come from anybody: what reads them runs apart (`runner.py` starts `__main__.py`), reads with the one reader that the upload's
first bytes call for, and has limits for memory, time and size. Nothing here knows the database.
"""
