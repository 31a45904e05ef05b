"""What every engine must do alike: the embedded store, Apache Jena Fuseki and Virtuoso."""
