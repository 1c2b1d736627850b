//! Answers requests on a socket, each connection on a thread of its own. It knows no route.

use crate::routes::{answer_to, Answer};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

const LONGEST_REQUEST: u64 = 16 * 1024;
const LIMIT: Duration = Duration::from_secs(5);

pub fn serve(listener: TcpListener) -> std::io::Result<()> {
    for connection in listener.incoming().flatten() {
        thread::spawn(move || {
            // A client that goes away is no failure of the service.
            let _ = answer(&connection);
        });
    }
    Ok(())
}

fn answer(mut connection: &TcpStream) -> std::io::Result<()> {
    connection.set_read_timeout(Some(LIMIT))?;
    connection.set_write_timeout(Some(LIMIT))?;
    let mut lines = BufReader::new(connection.take(LONGEST_REQUEST));
    let mut first = String::new();
    lines.read_line(&mut first)?;
    let mut rest = String::new();
    while lines.read_line(&mut rest)? > 2 {
        rest.clear();
    }
    connection.write_all(response_to(&first).as_bytes())
}

/// The bytes that follow a request's first line.
pub fn response_to(line: &str) -> String {
    let mut words = line.split_whitespace();
    let (method, target) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let Answer {
        status,
        content_type,
        body,
    } = answer_to(method, target);
    let reason = match status {
        200 => "OK",
        404 => "Not Found",
        _ => "Method Not Allowed",
    };
    let head = format!(
        "HTTP/1.1 {status} {reason}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    if method == "HEAD" {
        head
    } else {
        head + body
    }
}

#[cfg(test)]
mod tests {
    use super::response_to;

    #[test]
    fn a_response_has_its_length() {
        let length = format!("Content-Length: {}\r\n", "@@name@@\n".len());
        assert!(response_to("GET / HTTP/1.1\r\n").contains(&length));
    }

    #[test]
    fn a_head_has_no_body() {
        assert!(response_to("HEAD / HTTP/1.1\r\n").ends_with("\r\n\r\n"));
    }
}
