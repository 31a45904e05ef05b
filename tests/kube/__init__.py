"""Hubs on a real API server, with etcd behind it and, where jobs are to run to an end, the real controllers."""
