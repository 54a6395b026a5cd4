[ x (map 1 2) ]
