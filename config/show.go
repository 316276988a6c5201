package config

import "slices"

// The values of Jenkins.Show.
const (
	ShowRunning = "running" // the build that runs
	ShowHolder  = "holder"  // the release that has the job, or waits for it
	ShowVersion = "version" // the value of VersionParameter in the last successful deployment
)

// checkShow checks the keys that say what goes on behind the labels of apps.
func (j Jenkins) checkShow(r report) {
	for i, word := range j.Show {
		at := r.at("show").index(i)
		at.oneOf(word, ShowRunning, ShowHolder, ShowVersion)
		if slices.Contains(j.Show[:i], word) {
			at.add(word, "it stands here twice", "remove one of the two")
		}
	}
	parameter, shown := j.VersionParameter, slices.Contains(j.Show, ShowVersion)
	if shown && parameter == "" {
		r.at("version_parameter").add("", "show has version, and nothing says which parameter that is",
			"set it to the Jenkins parameter that carries the version, such as VERSION, or remove version from show")
	}
	if !shown && parameter != "" {
		r.at("version_parameter").add(parameter, "show lacks version, so it is never used", "add version to show, or remove it")
	}
}
