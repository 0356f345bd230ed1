"""The stores behind `hub.ports`, and the embedded database for a machine without a MongoDB.

Only the portable subset of MongoDB is used, so that the same code runs on MongoDB 8 and on the
embedded server, which is a program of its own and is never imported.
"""
