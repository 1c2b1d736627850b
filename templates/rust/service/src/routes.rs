//! What the service answers: a function of a request's method and path. It knows no socket.

#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub content_type: &'static str,
    pub body: &'static str,
}

const fn text(status: u16, body: &'static str) -> Answer {
    Answer {
        status,
        content_type: "text/plain; charset=utf-8",
        body,
    }
}

/// `target` is a path, which a query may follow.
pub fn answer_to(method: &str, target: &str) -> Answer {
    if method != "GET" && method != "HEAD" {
        return text(405, "only GET and HEAD\n");
    }
    match target.split('?').next() {
        Some("/health") => Answer {
            status: 200,
            content_type: "application/json",
            body: "{\"status\":\"ok\"}\n",
        },
        Some("/") => text(200, "@@name@@\n"),
        _ => text(404, "there is no such page\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn health_is_ok() {
        let answer = answer_to("GET", "/health?deep=1");
        assert_eq!(answer.status, 200);
        assert_eq!(answer.body, "{\"status\":\"ok\"}\n");
    }

    #[test]
    fn the_greeting_names_the_service() {
        assert_eq!(answer_to("GET", "/").body, "@@name@@\n");
    }

    #[test]
    fn unknown_paths_are_not_found() {
        for path in ["/nothing", "/health/more"] {
            assert_eq!(answer_to("GET", path).status, 404, "{path}");
        }
    }

    #[test]
    fn only_reading_is_allowed() {
        assert_eq!(answer_to("POST", "/health").status, 405);
    }
}
