// Package logs makes what builds write fit to be read by people while it grows, however many they are, and to be kept. It
// knows nothing of releases, of HTTP, or of where logs are kept.
package logs
