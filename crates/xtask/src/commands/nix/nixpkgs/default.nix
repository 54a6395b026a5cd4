# Stands for whatever is fetched: a module that says nothing.
{ ... }: { }
