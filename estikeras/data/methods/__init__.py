"""The methods of `Dataset` by kind; each makes a dataset with one step more."""
