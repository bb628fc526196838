// A service that signs people in and out behind the gateway. Go's standard library alone.
//
//	PORT=3000 go run service.go
package main

import (
	"encoding/json"
	"html/template"
	"log"
	"net/http"
	"os"
)

// Session is what this service keeps about a browser.
type Session struct {
	UserID int64  `json:"user_id"`
	Name   string `json:"name"`
}

var page = template.Must(template.New("").Parse(
	`{{range .Flash}}{{range .}}<p>{{.}}</p>{{end}}{{end}}<h1>Hello, {{or .Session.Name "stranger"}}</h1>` + "\n"))

// set writes a value as JSON into a header. UTF-8 in it is fine.
func set(w http.ResponseWriter, name string, value any) {
	text, _ := json.Marshal(value)
	w.Header().Set(name, string(text))
}

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		var session Session
		var flash map[string][]string
		json.Unmarshal([]byte(r.Header.Get("X-Session")), &session)
		json.Unmarshal([]byte(r.Header.Get("X-Flash")), &flash)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		page.Execute(w, map[string]any{"Session": session, "Flash": flash})
	})
	http.HandleFunc("/sign-in", func(w http.ResponseWriter, r *http.Request) {
		name := r.FormValue("name")
		set(w, "X-Session-Set", Session{UserID: 42, Name: name})
		set(w, "X-Flash-Add", map[string]string{"success": "Welcome, " + name + "."})
		w.Header().Set("X-Session-Renew", "1")
		http.Redirect(w, r, "/", http.StatusSeeOther)
	})
	http.HandleFunc("/sign-out", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Session-Clear", "1")
		set(w, "X-Flash-Add", map[string]string{"success": "Bye."})
		http.Redirect(w, r, "/", http.StatusSeeOther)
	})
	port := os.Getenv("PORT")
	if port == "" {
		port = "3000"
	}
	log.Fatal(http.ListenAndServe("127.0.0.1:"+port, nil))
}
