// Package jenkins is the client of one Jenkins controller: it triggers builds, follows them, answers input steps and
// lists jobs. It decides nothing; it says what happened, in the codes of package model.
//
// gojenkins carries the requests (address, login, query and form), over an http.Client of ours that never follows a
// redirect, never repeats a POST, bounds every body and keeps the status of what Jenkins refuses. Its helpers for jobs,
// builds and queues are not used because they lose exactly these.
//
// Protocol facts stand where they are used; "measured" means measured on Jenkins 2.452.2.
package jenkins
