"""What is wanted of clusters, and plans, without a cluster; `tests.kube` has what needs one."""
