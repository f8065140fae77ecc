//! Nothing: the benches are beside it.
