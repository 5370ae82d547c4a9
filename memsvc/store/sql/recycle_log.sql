-- Whether old segments of the write-ahead log are kept to be written over, or removed.
alter system set wal_recycle = {setting}
