// Package sources reads from other systems what a parameter may be.
package sources
