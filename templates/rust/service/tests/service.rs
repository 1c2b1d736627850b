//! The service as a process: it answers, and ends with 0 when it is told to.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::{thread, time::Duration};

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn health(port: u16) -> String {
    for _ in 0..200 {
        if let Ok(mut connection) = TcpStream::connect(("127.0.0.1", port)) {
            let mut answer = String::new();
            connection.write_all(b"GET /health HTTP/1.1\r\n\r\n").unwrap();
            connection.read_to_string(&mut answer).unwrap();
            return answer;
        }
        thread::sleep(Duration::from_millis(50));
    }
    String::new()
}

#[test]
fn it_answers_and_ends_with_0_on_term() {
    let port = free_port();
    let mut service = Command::new(env!("CARGO_BIN_EXE_@@name@@"))
        .env("PORT", port.to_string())
        .spawn()
        .unwrap();
    assert!(health(port).starts_with("HTTP/1.1 200 "));
    let told = Command::new("kill").arg(service.id().to_string()).status();
    assert!(told.unwrap().success());
    assert_eq!(service.wait().unwrap().code(), Some(0));
}
