// Package service is the lifecycle of releases and the only place that decides anything: what a form may ask for,
// when a deployment is given to Jenkins, what a build's end means, who is told. It reaches the database, Jenkins and
// DingTalk through small interfaces of its own (ports.go) and knows no HTTP framework, no SQL and no foreign client.
package service
