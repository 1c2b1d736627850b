//! @@name@@: an HTTP service that says whether it is well. It listens on PORT, by default @@port@@, and ends with 0 on TERM.

mod routes;
mod server;
mod signals;

use std::net::TcpListener;

fn main() -> std::io::Result<()> {
    let port = std::env::var("PORT").unwrap_or_else(|_| "@@port@@".into());
    signals::end_on_term(|| std::process::exit(0));
    server::serve(TcpListener::bind(format!("[::]:{port}"))?)
}
