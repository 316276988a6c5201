package config

import "strings"

// Suggest says which of the known names was probably meant.
func Suggest(name string, known []string) string {
	best, distance := "", len(name)/3+2
	for _, candidate := range known {
		if d := editDistance([]rune(strings.ToLower(name)), []rune(strings.ToLower(candidate))); d < distance {
			best, distance = candidate, d
		}
	}
	switch {
	case best != "":
		return "did you mean " + best + "?"
	case len(known) <= 24:
		return "known are: " + strings.Join(known, ", ")
	}
	return "see config.example.yaml for the names that are known"
}

// Nearest is the candidate that a person could take for name, one being part of the other or most letters being the same;
// "" when there is none.
func Nearest(name string, candidates []string) string {
	best, distance := "", 0
	for _, candidate := range candidates {
		a, b := []rune(strings.ToLower(name)), []rune(strings.ToLower(candidate))
		d := editDistance(a, b)
		part := len(a) > 1 && len(b) > 1 && (strings.Contains(string(a), string(b)) || strings.Contains(string(b), string(a)))
		if (part || 2*d < max(len(a), len(b))) && (best == "" || d < distance) {
			best, distance = candidate, d
		}
	}
	return best
}

// editDistance counts the letters to insert, delete or replace to make b out of a.
func editDistance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
