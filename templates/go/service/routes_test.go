package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func get(path string) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, nil))
	return answer
}

func TestHealthIsOk(t *testing.T) {
	answer := get("/health")
	if answer.Code != http.StatusOK || !strings.Contains(answer.Body.String(), `"ok"`) {
		t.Errorf("GET /health: %d %s", answer.Code, answer.Body)
	}
}

func TestGreetingNamesTheService(t *testing.T) {
	if body := get("/").Body.String(); body != "@@name@@\n" {
		t.Errorf("GET /: %q", body)
	}
}

func TestUnknownPathsAreNotFound(t *testing.T) {
	for _, path := range []string{"/nothing", "/health/more"} {
		t.Run(path, func(t *testing.T) {
			if answer := get(path); answer.Code != http.StatusNotFound {
				t.Errorf("GET %s: %d", path, answer.Code)
			}
		})
	}
}
