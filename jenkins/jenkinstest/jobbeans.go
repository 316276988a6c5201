package jenkinstest

// classes are the Java classes of a kind's job and build.
func (k Kind) classes() (job, run string) {
	switch k {
	case Pipeline:
		return "org.jenkinsci.plugins.workflow.job.WorkflowJob", "org.jenkinsci.plugins.workflow.job.WorkflowRun"
	case Maven:
		return "hudson.maven.MavenModuleSet", "hudson.maven.MavenModuleSetBuild"
	case Matrix:
		return "hudson.matrix.MatrixProject", "hudson.matrix.MatrixBuild"
	case Folder:
		return "com.cloudbees.hudson.plugins.folder.Folder", ""
	case Multibranch:
		return "org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject", ""
	case Organization:
		return "jenkins.branch.OrganizationFolder", ""
	default:
		return "hudson.model.FreeStyleProject", "hudson.model.FreeStyleBuild"
	}
}

func (s *Server) rootBean(c *call) *bean {
	view := s.allView(c, s.root, "all")
	var quietReason any
	return newBean("hudson.model.Hudson").
		add(1, "assignedLabels", []*bean{newBean("").add(9, "name", builtIn)}).
		add(1, "mode", "NORMAL").add(1, "nodeDescription", "the Jenkins controller's built-in node").
		add(1, "nodeName", "").add(1, "numExecutors", s.opt.Executors).add(1, "description", nil).
		add(1, "jobs", func() any { return s.children(c, s.root) }).
		add(1, "overallLoad", newBean("")).add(1, "primaryView", view).add(1, "quietDownReason", quietReason).
		add(1, "quietingDown", s.quieting).add(1, "slaveAgentPort", -1).
		add(1, "unlabeledLoad", newBean("jenkins.model.UnlabeledLoadStatistics")).
		add(1, "url", s.opt.RootURL+"/").add(1, "useCrumbs", true).add(1, "useSecurity", true).
		add(1, "views", func() any { return s.viewBeans(c, s.root, view) })
}

// children are the items below a container that the caller may read.
func (s *Server) children(c *call, i *item) []*bean {
	beans := make([]*bean, 0, len(i.children))
	for _, child := range i.children {
		if c.can(Read, child) {
			beans = append(beans, s.itemBean(c, child))
		}
	}
	return beans
}

func (s *Server) itemBean(c *call, i *item) *bean {
	class, _ := i.job.Kind.classes()
	b := &bean{class: class, fields: make([]field, 0, 36)}
	b.add(1, "actions", func() any { return jobActions(i) })
	b.add(1, "description", i.job.Description).add(1, "displayName", i.displayName())
	var own any
	if i.job.DisplayName != "" && i.job.DisplayName != i.name() {
		own = i.job.DisplayName
	}
	b.add(1, "displayNameOrNull", own).add(1, "fullDisplayName", func() any { return i.fullDisplayName() })
	b.add(1, "fullName", i.job.FullName).add(3, "name", i.name()).add(3, "url", func() any { return s.opt.RootURL + i.path() + "/" })
	if i.container() {
		return s.containerFields(c, i, b)
	}
	return s.jobFields(c, i, b)
}

func (s *Server) containerFields(c *call, i *item, b *bean) *bean {
	view := s.allView(c, i, "All")
	return b.add(1, "healthReport", []*bean{}).add(1, "jobs", func() any { return s.children(c, i) }).
		add(1, "primaryView", view).add(1, "views", func() any { return s.viewBeans(c, i, view) })
}

func (s *Server) jobFields(c *call, i *item, b *bean) *bean {
	b.add(1, "buildable", !i.job.Disabled)
	b.add(1, "builds", func(sel *selection) any { return s.buildBeans(c, i, sel, newestBuilds) })
	b.add(-2, "allBuilds", func(sel *selection) any { return s.buildBeans(c, i, sel, len(i.builds)) })
	b.add(3, "color", func() any { return i.color(c) })
	b.add(1, "firstBuild", func() any {
		if len(i.builds) > 0 && !i.builds[0].started.After(c.now) {
			return s.buildBean(c, i.builds[0])
		}
		return nil
	})
	b.add(1, "healthReport", []*bean{}).add(1, "keepDependencies", false)
	for _, name := range permalinkOrder {
		b.add(1, name, func() any {
			if found := s.newest(i, c, permalinks[name]); found != nil {
				return s.buildBean(c, found)
			}
			return nil
		})
	}
	b.add(1, "nextBuildNumber", i.nextNumber)
	b.addInline(1, "property", func() any { return i.properties() })
	b.add(1, "concurrentBuild", i.concurrent())
	b.add(1, "inQueue", func() any { return s.queuedOf(i) != nil })
	b.add(1, "queueItem", func() any {
		if q := s.queuedOf(i); q != nil {
			return s.queueItemBean(c, q)
		}
		return nil
	})
	if i.pipeline() {
		return b.add(1, "resumeBlocked", false) // pipelines export no "disabled"
	}
	return s.projectFields(i, b)
}

// projectFields are what freestyle, Maven and matrix jobs export beside the fields of every job.
func (s *Server) projectFields(i *item, b *bean) *bean {
	scm := i.job.SCM
	if scm == "" {
		scm = "hudson.scm.NullSCM"
	}
	var label any
	if i.job.Label != "" {
		label = i.job.Label
	}
	if i.job.Kind == Matrix {
		b.add(1, "activeConfigurations", func() any { return s.configurations(i) })
	}
	return b.add(1, "disabled", i.job.Disabled).add(1, "downstreamProjects", []*bean{}).
		add(1, "labelExpression", label).add(1, "scm", newBean(scm)).add(1, "upstreamProjects", []*bean{})
}

// configurations are the parts of a matrix job's builds.
func (s *Server) configurations(i *item) []*bean {
	beans := make([]*bean, len(i.job.Configurations))
	for n, name := range i.job.Configurations {
		beans[n] = newBean("hudson.matrix.MatrixConfiguration").add(3, "name", name).
			add(3, "url", s.opt.RootURL+i.path()+"/"+name+"/").add(3, "color", "notbuilt")
	}
	return beans
}

// queuedOf is the oldest queue item of a job, nil when none waits.
func (s *Server) queuedOf(i *item) *queueItem {
	for _, q := range s.queue {
		if q.item == i {
			return q
		}
	}
	return nil
}

// newestBuilds is where Jenkins cuts "builds"; "allBuilds" has every one.
const newestBuilds = 100

func (s *Server) buildBeans(c *call, i *item, sel *selection, limit int) []*bean {
	beans := make([]*bean, 0, len(i.builds))
	for n := len(i.builds) - 1; n >= 0; n-- {
		if i.builds[n].started.After(c.now) {
			continue
		}
		beans = append(beans, s.buildBean(c, i.builds[n]))
		if len(beans) >= limit || (sel != nil && sel.to >= 0 && len(beans) >= sel.to) {
			break
		}
	}
	return beans
}

// properties are exported inline: the parameters, and that builds must not run side by side.
func (i *item) properties() []*bean {
	beans := []*bean{}
	if params := i.parameters(); len(params) > 0 {
		beans = append(beans, parametersProperty(params))
	}
	if i.job.Serial {
		beans = append(beans, newBean("org.jenkinsci.plugins.workflow.job.properties.DisableConcurrentBuildsJobProperty"))
	}
	return beans
}

const viewCredentials = "com.cloudbees.plugins.credentials.ViewCredentialsAction"

// jobActions are the actions a default export shows; those without exported fields are empty objects.
func jobActions(i *item) []*bean {
	display := newBean("org.jenkinsci.plugins.displayurlapi.actions.JobDisplayAction")
	empty := newBean("")
	switch {
	case i.container():
		return []*bean{empty, empty, newBean(viewCredentials)}
	case i.pipeline():
		return []*bean{empty, empty, empty, display, empty, empty, newBean(viewCredentials)}
	}
	actions := []*bean{empty, empty, display, newBean(viewCredentials)}
	if params := i.parameters(); len(params) > 0 {
		property := parametersProperty(params)
		actions = append([]*bean{property}, actions...)
	}
	return actions
}

// color is the ball of the last finished build, animated while one runs.
func (i *item) color(c *call) string {
	color := "notbuilt"
	for n := len(i.builds) - 1; n >= 0; n-- {
		if b := i.builds[n]; !b.running() {
			color = map[string]string{"SUCCESS": "blue", "UNSTABLE": "yellow", "FAILURE": "red", "ABORTED": "aborted"}[b.result]
			break
		}
	}
	if color == "" {
		color = "notbuilt"
	}
	if i.job.Disabled {
		color = "disabled"
	}
	if b := i.running(); b != nil && !b.started.After(c.now) {
		color += "_anime"
	}
	return color
}
