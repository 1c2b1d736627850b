package main

import "net/http"

// handler is the service's routes.
func handler() http.Handler {
	routes := http.NewServeMux()
	routes.HandleFunc("/health", health)
	routes.HandleFunc("/", greet)
	return routes
}

func health(answer http.ResponseWriter, _ *http.Request) {
	answer.Header().Set("Content-Type", "application/json")
	_, _ = answer.Write([]byte(`{"status":"ok"}` + "\n"))
}

func greet(answer http.ResponseWriter, request *http.Request) {
	if request.URL.Path != "/" {
		http.NotFound(answer, request)
		return
	}
	_, _ = answer.Write([]byte("@@name@@\n"))
}
