package api

import "slices"

// Routes are the server's routes, such as "GET /api/releases/{number}".
func Routes(s *Server) []string {
	var routes []string
	for _, r := range s.engine.Routes() {
		path := r.Path
		for i := 0; i < len(path); i++ {
			if path[i] == ':' {
				end := i + 1
				for end < len(path) && path[end] != '/' {
					end++
				}
				path = path[:i] + "{" + path[i+1:end] + "}" + path[end:]
			}
		}
		routes = append(routes, r.Method+" "+path)
	}
	slices.Sort(routes)
	return routes
}

// HarmlessCell is a cell of the CSV export.
func HarmlessCell(s string) string { return harmlessCell(s) }
