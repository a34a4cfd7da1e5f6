"""Drawing with Matplotlib's Agg, encoding and decoding with PyAV."""
