"""What operators declare: releases of hubs, environments, recipes and harvests on clusters, and what is suspended.

Here belongs what reads the YAML below `hub/`, checks it against our schemas, and puts it into the graph and out again.
"""
