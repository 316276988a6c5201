// Package model is the domain: releases, deployments, their states and the one table that moves them, the
// catalogue's shapes, and errors with codes. It knows no database, no HTTP and no foreign API; it imports nothing of
// ours.
package model
