"""The recommender: TensorFlow and NumPy, arrays in, arrays out; it knows no SQL, no paths of a home and no flows."""
