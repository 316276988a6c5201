-- What a bridge of schema version 1 left behind: releases in every state, work in hand, notices to send. It was made against the
-- schema of migration 00001, which is released and does not change; so this file does not change either. Times are around
-- 2026-03-01 21:20 UTC; the tests' clock shows 2026-03-02 20:00.

-- waiting and due; the second waits for the first
INSERT INTO releases (id, version, state, accepted_state, fingerprint, source, process_instance_id, business_id, request_id, project, project_name, execute_mode, scheduled_at, deploy_order, initiator_id, initiator_name, approvers, reason, db_change, form, created_at, updated_at, finished_at)
VALUES (1001, 3, 'active', 'active', '00000000000000000000000000000000000000000000000000000000000003e9', 'connector', 'instance-1001', '202603010001001', 'REQ1001', 'prod:deploy/mall', '商城', 'now', NULL, 'sequence', 'zhang', '张三', '[{"id":"wang","name":"王五"},{"id":"zhao"}]', '修复结算 ''含引号'' 🚀', 1, '{"项目名称":["商城"],"应用名称":["商城前端"]}', 1772400000000000, 1772400060000000, NULL);
INSERT INTO idempotency_keys (submission_key, release_id)
VALUES ('instance:instance-1001', 1001);
INSERT INTO idempotency_keys (submission_key, release_id)
VALUES ('request:REQ1001', 1001);
INSERT INTO events (release_id, deployment_id, happened_at, actor, kind, from_state, to_state, code, message)
VALUES (1001, NULL, 1772400000000000, '张三', 'accepted', '', 'active', '', '');
INSERT INTO deployments (id, release_id, position, controller, job, app_name, state, version, wait_reason, next_at, lease_owner, lease_until, attempts, parameters, release_parameter, parameterised, submitted_at, posted_at, posted_ahead_ns, unanswered, queue_id, build, build_url, described, missing_since, started_at, finished_at, duration_ns, result, asked, code, message, stop_request)
VALUES (1, 1001, 1, 'prod', 'deploy/mall/mall-web', '商城前端', 'waiting', 4, '', 1772400000000000, '', NULL, 0, '[{"name":"VERSION","value":"v2.1.0","chosen":true},{"name":"TOKEN","value":"hush","secret":true}]', 'RELEASE_ID', 1, NULL, NULL, 0, 0, 0, 0, '', 0, NULL, NULL, NULL, 0, '', 'null', '', '', 'null');
INSERT INTO events (release_id, deployment_id, happened_at, actor, kind, from_state, to_state, code, message)
VALUES (1001, 1, 1772400060000000, 'system', 'due', 'waiting', 'waiting', '', '');
INSERT INTO deployments (id, release_id, position, controller, job, app_name, state, version, wait_reason, next_at, lease_owner, lease_until, attempts, parameters, release_parameter, parameterised, submitted_at, posted_at, posted_ahead_ns, unanswered, queue_id, build, build_url, described, missing_since, started_at, finished_at, duration_ns, result, asked, code, message, stop_request)
VALUES (2, 1001, 2, 'prod', 'deploy/mall/mall-order', '商城前端', 'waiting', 4, 'predecessor', NULL, '', NULL, 0, '[{"name":"VERSION","value":"v2.1.0","chosen":true},{"name":"TOKEN","value":"hush","secret":true}]', 'RELEASE_ID', 1, NULL, NULL, 0, 0, 0, 0, '', 0, NULL, NULL, NULL, 0, '', 'null', '', '', 'null');
INSERT INTO events (release_id, deployment_id, happened_at, actor, kind, from_state, to_state, code, message)
VALUES (1001, 2, 1772400060000000, 'system', 'due', 'waiting', 'waiting', '', '');
INSERT INTO messages (id, message_key, release_id, kind, channel, recipient, title, markdown, state, version, attempts, next_at, lease_owner, lease_until, last_code, last_error, created_at, sent_at)
VALUES (1, 'R-1001/received/ops', 1001, 'received', 'robot', 'ops', '上线单 R-1001 已接收', '### 上线单 R-1001

- 项目：商城 "mall"', 'pending', 2, 0, 1772400000000000, '', NULL, '', '', 1772400000000000, NULL);
INSERT INTO messages (id, message_key, release_id, kind, channel, recipient, title, markdown, state, version, attempts, next_at, lease_owner, lease_until, last_code, last_error, created_at, sent_at)
VALUES (2, 'R-1001/received/zhang', 1001, 'received', 'work_notice', 'zhang', '上线单 R-1001 已接收', '### 上线单 R-1001

- 项目：商城 "mall"', 'sent', 2, 1, NULL, '', NULL, '', '', 1772400000000000, 1772400060000000);
-- waiting for tomorrow
INSERT INTO releases (id, version, state, accepted_state, fingerprint, source, process_instance_id, business_id, request_id, project, project_name, execute_mode, scheduled_at, deploy_order, initiator_id, initiator_name, approvers, reason, db_change, form, created_at, updated_at, finished_at)
VALUES (1002, 3, 'active', 'active', '00000000000000000000000000000000000000000000000000000000000003ea', 'connector', 'instance-1002', '202603010001002', 'REQ1002', 'prod:deploy/mall', '商城', 'scheduled', 1772568000123456, 'sequence', 'zhang', '张三', '[{"id":"wang","name":"王五"},{"id":"zhao"}]', '修复结算 ''含引号'' 🚀', 1, '{"项目名称":["商城"],"应用名称":["商城前端"]}', 1772400000000000, 1772400060000000, NULL);
INSERT INTO idempotency_keys (submission_key, release_id)
VALUES ('instance:instance-1002', 1002);
INSERT INTO idempotency_keys (submission_key, release_id)
VALUES ('request:REQ1002', 1002);
INSERT INTO events (release_id, deployment_id, happened_at, actor, kind, from_state, to_state, code, message)
VALUES (1002, NULL, 1772400000000000, '张三', 'accepted', '', 'active', '', '');
INSERT INTO deployments (id, release_id, position, controller, job, app_name, state, version, wait_reason, next_at, lease_owner, lease_until, attempts, parameters, release_parameter, parameterised, submitted_at, posted_at, posted_ahead_ns, unanswered, queue_id, build, build_url, described, missing_since, started_at, finished_at, duration_ns, result, asked, code, message, stop_request)
VALUES (3, 1002, 1, 'prod', 'deploy/mall/mall-web', '商城前端', 'waiting', 4, 'schedule', 1772568000123456, '', NULL, 0, '[{"name":"VERSION","value":"v2.1.0","chosen":true},{"name":"TOKEN","value":"hush","secret":true}]', 'RELEASE_ID', 1, NULL, NULL, 0, 0, 0, 0, '', 0, NULL, NULL, NULL, 0, '', 'null', '', '', 'null');
INSERT INTO events (release_id, deployment_id, happened_at, actor, kind, from_state, to_state, code, message)
VALUES (1002, 3, 1772400060000000, 'system', 'due', 'waiting', 'waiting', '', '');
INSERT INTO messages (id, message_key, release_id, kind, channel, recipient, title, markdown, state, version, attempts, next_at, lease_owner, lease_until, last_code, last_error, created_at, sent_at)
VALUES (3, 'R-1002/received/ops', 1002, 'received', 'robot', 'ops', '上线单 R-1002 已接收', '### 上线单 R-1002

- 项目：商城 "mall"', 'sent', 2, 1, NULL, '', NULL, '', '', 1772400000000000, 1772400060000000);
-- waiting for a person
INSERT INTO releases (id, version, state, accepted_state, fingerprint, source, process_instance_id, business_id, request_id, project, project_name, execute_mode, scheduled_at, deploy_order, initiator_id, initiator_name, approvers, reason, db_change, form, created_at, updated_at, finished_at)
VALUES (1003, 3, 'active', 'active', '00000000000000000000000000000000000000000000000000000000000003eb', 'connector', 'instance-1003', '202603010001003', 'REQ1003', 'prod:deploy/mall', '商城', 'manual', NULL, 'sequence', 'zhang', '张三', '[{"id":"wang","name":"王五"},{"id":"zhao"}]', '修复结算 ''含引号'' 🚀', 1, '{"项目名称":["商城"],"应用名称":["商城前端"]}', 1772400000000000, 1772400060000000, NULL);
INSERT INTO idempotency_keys (submission_key, release_id)
VALUES ('instance:instance-1003', 1003);
INSERT INTO idempotency_keys (submission_key, release_id)
VALUES ('request:REQ1003', 1003);
INSERT INTO events (release_id, deployment_id, happened_at, actor, kind, from_state, to_state, code, message)
VALUES (1003, NULL, 1772400000000000, '张三', 'accepted', '', 'active', '', '');
INSERT INTO deployments (id, release_id, position, controller, job, app_name, state, version, wait_reason, next_at, lease_owner, lease_until, attempts, parameters, release_parameter, parameterised, submitted_at, posted_at, posted_ahead_ns, unanswered, queue_id, build, build_url, described, missing_since, started_at, finished_at, duration_ns, result, asked, code, message, stop_request)
VALUES (4, 1003, 1, 'prod', 'deploy/mall/mall-web', '商城前端', 'waiting', 4, 'manual', NULL, '', NULL, 0, '[{"name":"VERSION","value":"v2.1.0","chosen":true},{"name":"TOKEN","value":"hush","secret":true}]', 'RELEASE_ID', 1, NULL, NULL, 0, 0, 0, 0, '', 0, NULL, NULL, NULL, 0, '', 'null', '', '', 'null');
INSERT INTO events (release_id, deployment_id, happened_at, actor, kind, from_state, to_state, code, message)
VALUES (1003, 4, 1772400060000000, 'system', 'due', 'waiting', 'waiting', '', '');
-- waiting while Jenkins is away; a process that died holds it
INSERT INTO releases (id, version, state, accepted_state, fingerprint, source, process_instance_id, business_id, request_id, project, project_name, execute_mode, scheduled_at, deploy_order, initiator_id, initiator_name, approvers, reason, db_change, form, created_at, updated_at, finished_at)
VALUES (1004, 3, 'active', 'active', '00000000000000000000000000000000000000000000000000000000000003ec', 'connector', 'instance-1004', '202603010001004', 'REQ1004', 'prod:deploy/mall', '商城', 'now', NULL, 'sequence', 'zhang', '张三', '[{"id":"wang","name":"王五"},{"id":"zhao"}]', '修复结算 ''含引号'' 🚀', 1, '{"项目名称":["商城"],"应用名称":["商城前端"]}', 1772400000000000, 1772400060000000, NULL);
INSERT INTO idempotency_keys (submission_key, release_id)
VALUES ('instance:instance-1004', 1004);
INSERT INTO idempotency_keys (submission_key, release_id)
VALUES ('request:REQ1004', 1004);
INSERT INTO events (release_id, deployment_id, happened_at, actor, kind, from_state, to_state, code, message)
VALUES (1004, NULL, 1772400000000000, '张三', 'accepted', '', 'active', '', '');
INSERT INTO deployments (id, release_id, position, controller, job, app_name, state, version, wait_reason, next_at, lease_owner, lease_until, attempts, parameters, release_parameter, parameterised, submitted_at, posted_at, posted_ahead_ns, unanswered, queue_id, build, build_url, described, missing_since, started_at, finished_at, duration_ns, result, asked, code, message, stop_request)
VALUES (5, 1004, 1, 'prod', 'deploy/mall/mall-pay', '商城前端', 'waiting', 4, 'jenkins', 1772400000000000, 'DEAD/1', 1772400060000000, 0, '[{"name":"VERSION","value":"v2.1.0","chosen":true},{"name":"TOKEN","value":"hush","secret":true}]', 'RELEASE_ID', 1, NULL, NULL, 0, 0, 0, 0, '', 0, NULL, NULL, NULL, 0, '', 'null', '', '', 'null');
INSERT INTO events (release_id, deployment_id, happened_at, actor, kind, from_state, to_state, code, message)
VALUES (1004, 5, 1772400060000000, 'system', 'due', 'waiting', 'waiting', '', '');
-- waiting, and held by a process that lives
INSERT INTO releases (id, version, state, accepted_state, fingerprint, source, process_instance_id, business_id, request_id, project, project_name, execute_mode, scheduled_at, deploy_order, initiator_id, initiator_name, approvers, reason, db_change, form, created_at, updated_at, finished_at)
VALUES (1005, 3, 'active', 'active', '00000000000000000000000000000000000000000000000000000000000003ed', 'connector', 'instance-1005', '202603010001005', 'REQ1005', 'prod:deploy/mall', '商城', 'now', NULL, 'sequence', 'zhang', '张三', '[{"id":"wang","name":"王五"},{"id":"zhao"}]', '修复结算 ''含引号'' 🚀', 1, '{"项目名称":["商城"],"应用名称":["商城前端"]}', 1772400000000000, 1772400060000000, NULL);
INSERT INTO idempotency_keys (submission_key, release_id)
VALUES ('instance:instance-1005', 1005);
INSERT INTO idempotency_keys (submission_key, release_id)
VALUES ('request:REQ1005', 1005);
INSERT INTO events (release_id, deployment_id, happened_at, actor, kind, from_state, to_state, code, message)
VALUES (1005, NULL, 1772400000000000, '张三', 'accepted', '', 'active', '', '');
INSERT INTO deployments (id, release_id, position, controller, job, app_name, state, version, wait_reason, next_at, lease_owner, lease_until, attempts, parameters, release_parameter, parameterised, submitted_at, posted_at, posted_ahead_ns, unanswered, queue_id, build, build_url, described, missing_since, started_at, finished_at, duration_ns, result, asked, code, message, stop_request)
VALUES (6, 1005, 1, 'prod', 'deploy/pay/pay-risk', '商城前端', 'waiting', 4, '', 1772400000000000, 'ALIVE/7', 1772485200123456, 0, '[{"name":"VERSION","value":"v2.1.0","chosen":true},{"name":"TOKEN","value":"hush","secret":true}]', 'RELEASE_ID', 1, NULL, NULL, 0, 0, 0, 0, '', 0, NULL, NULL, NULL, 0, '', 'null', '', '', 'null');
INSERT INTO events (release_id, deployment_id, happened_at, actor, kind, from_state, to_state, code, message)
VALUES (1005, 6, 1772400060000000, 'system', 'due', 'waiting', 'waiting', '', '');
-- the POST was made, its answer is not known
INSERT INTO releases (id, version, state, accepted_state, fingerprint, source, process_instance_id, business_id, request_id, project, project_name, execute_mode, scheduled_at, deploy_order, initiator_id, initiator_name, approvers, reason, db_change, form, created_at, updated_at, finished_at)
VALUES (1006, 3, 'active', 'active', '00000000000000000000000000000000000000000000000000000000000003ee', 'connector', 'instance-1006', '202603010001006', 'REQ1006', 'prod:deploy/mall', '商城', 'now', NULL, 'sequence', 'zhang', '张三', '[{"id":"wang","name":"王五"},{"id":"zhao"}]', '修复结算 ''含引号'' 🚀', 1, '{"项目名称":["商城"],"应用名称":["商城前端"]}', 1772400000000000, 1772400060000000, NULL);
INSERT INTO idempotency_keys (submission_key, release_id)
VALUES ('instance:instance-1006', 1006);
INSERT INTO idempotency_keys (submission_key, release_id)
VALUES ('request:REQ1006', 1006);
INSERT INTO events (release_id, deployment_id, happened_at, actor, kind, from_state, to_state, code, message)
VALUES (1006, NULL, 1772400000000000, '张三', 'accepted', '', 'active', '', '');
INSERT INTO deployments (id, release_id, position, controller, job, app_name, state, version, wait_reason, next_at, lease_owner, lease_until, attempts, parameters, release_parameter, parameterised, submitted_at, posted_at, posted_ahead_ns, unanswered, queue_id, build, build_url, described, missing_since, started_at, finished_at, duration_ns, result, asked, code, message, stop_request)
VALUES (7, 1006, 1, 'prod', 'deploy/mall/mall-stock', '商城前端', 'submitting', 4, '', 1772400060000000, 'DEAD/2', 1772400060000000, 1, '[{"name":"VERSION","value":"v2.1.0","chosen":true},{"name":"TOKEN","value":"hush","secret":true}]', 'RELEASE_ID', 1, 1772400060000000, 1772400060000000, -250000000, 1, 0, 0, '', 0, NULL, NULL, NULL, 0, '', 'null', '', '', 'null');
INSERT INTO events (release_id, deployment_id, happened_at, actor, kind, from_state, to_state, code, message)
VALUES (1006, 7, 1772400060000000, 'system', 'due', 'waiting', 'submitting', '', '');
-- in Jenkins: queued, running, paused
INSERT INTO releases (id, version, state, accepted_state, fingerprint, source, process_instance_id, business_id, request_id, project, project_name, execute_mode, scheduled_at, deploy_order, initiator_id, initiator_name, approvers, reason, db_change, form, created_at, updated_at, finished_at)
VALUES (1007, 3, 'active', 'active', '00000000000000000000000000000000000000000000000000000000000003ef', 'connector', 'instance-1007', '202603010001007', 'REQ1007', 'prod:deploy/mall', '商城', 'now', NULL, 'parallel', 'zhang', '张三', '[{"id":"wang","name":"王五"},{"id":"zhao"}]', '修复结算 ''含引号'' 🚀', 1, '{"项目名称":["商城"],"应用名称":["商城前端"]}', 1772400000000000, 1772400060000000, NULL);
INSERT INTO idempotency_keys (submission_key, release_id)
VALUES ('instance:instance-1007', 1007);
INSERT INTO idempotency_keys (submission_key, release_id)
VALUES ('request:REQ1007', 1007);
INSERT INTO events (release_id, deployment_id, happened_at, actor, kind, from_state, to_state, code, message)
VALUES (1007, NULL, 1772400000000000, '张三', 'accepted', '', 'active', '', '');
INSERT INTO deployments (id, release_id, position, controller, job, app_name, state, version, wait_reason, next_at, lease_owner, lease_until, attempts, parameters, release_parameter, parameterised, submitted_at, posted_at, posted_ahead_ns, unanswered, queue_id, build, build_url, described, missing_since, started_at, finished_at, duration_ns, result, asked, code, message, stop_request)
VALUES (8, 1007, 1, 'prod', 'deploy/data/data-sync', '商城前端', 'queued', 4, '', NULL, '', NULL, 1, '[{"name":"VERSION","value":"v2.1.0","chosen":true},{"name":"TOKEN","value":"hush","secret":true}]', 'RELEASE_ID', 1, 1772400060000000, 1772400060000000, -250000000, 0, 71, 0, '', 0, NULL, NULL, NULL, 0, '', 'null', '', '', 'null');
INSERT INTO events (release_id, deployment_id, happened_at, actor, kind, from_state, to_state, code, message)
VALUES (1007, 8, 1772400060000000, 'system', 'due', 'waiting', 'queued', '', '');
INSERT INTO deployments (id, release_id, position, controller, job, app_name, state, version, wait_reason, next_at, lease_owner, lease_until, attempts, parameters, release_parameter, parameterised, submitted_at, posted_at, posted_ahead_ns, unanswered, queue_id, build, build_url, described, missing_since, started_at, finished_at, duration_ns, result, asked, code, message, stop_request)
VALUES (9, 1007, 2, 'prod', 'deploy/data/data-report', '商城前端', 'running', 4, '', NULL, '', NULL, 1, '[{"name":"VERSION","value":"v2.1.0","chosen":true},{"name":"TOKEN","value":"hush","secret":true}]', 'RELEASE_ID', 1, 1772400060000000, 1772400060000000, -250000000, 0, 72, 12, 'https://jenkins.example.com/job/deploy/job/mall/job/mall-web/12/', 1, NULL, 1772400120000000, NULL, 0, '', 'null', '', '', '{"by":"ops","reason":"改期","at":"2026-03-01T21:25:00Z"}');
INSERT INTO events (release_id, deployment_id, happened_at, actor, kind, from_state, to_state, code, message)
VALUES (1007, 9, 1772400060000000, 'system', 'due', 'waiting', 'running', '', '');
INSERT INTO deployments (id, release_id, position, controller, job, app_name, state, version, wait_reason, next_at, lease_owner, lease_until, attempts, parameters, release_parameter, parameterised, submitted_at, posted_at, posted_ahead_ns, unanswered, queue_id, build, build_url, described, missing_since, started_at, finished_at, duration_ns, result, asked, code, message, stop_request)
VALUES (10, 1007, 3, 'prod', 'deploy/pay/pay-core', '商城前端', 'paused', 4, '', NULL, '', NULL, 1, '[{"name":"VERSION","value":"v2.1.0","chosen":true},{"name":"TOKEN","value":"hush","secret":true}]', 'RELEASE_ID', 1, 1772400060000000, 1772400060000000, -250000000, 0, 73, 13, 'https://jenkins.example.com/job/deploy/job/mall/job/mall-web/13/', 1, NULL, 1772400120000000, NULL, 0, '', '["Confirm"]', '', '', 'null');
INSERT INTO events (release_id, deployment_id, happened_at, actor, kind, from_state, to_state, code, message)
VALUES (1007, 10, 1772400060000000, 'system', 'due', 'waiting', 'paused', '', '');
-- long over
INSERT INTO releases (id, version, state, accepted_state, fingerprint, source, process_instance_id, business_id, request_id, project, project_name, execute_mode, scheduled_at, deploy_order, initiator_id, initiator_name, approvers, reason, db_change, form, created_at, updated_at, finished_at)
VALUES (1008, 3, 'succeeded', 'active', '00000000000000000000000000000000000000000000000000000000000003f0', 'connector', 'instance-1008', '202603010001008', 'REQ1008', 'prod:deploy/mall', '商城', 'now', NULL, 'sequence', 'zhang', '张三', '[{"id":"wang","name":"王五"},{"id":"zhao"}]', '修复结算 ''含引号'' 🚀', 1, '{"项目名称":["商城"],"应用名称":["商城前端"]}', 1694640000000000, 1694640060000000, 1694640000000000);
INSERT INTO idempotency_keys (submission_key, release_id)
VALUES ('instance:instance-1008', 1008);
INSERT INTO idempotency_keys (submission_key, release_id)
VALUES ('request:REQ1008', 1008);
INSERT INTO events (release_id, deployment_id, happened_at, actor, kind, from_state, to_state, code, message)
VALUES (1008, NULL, 1694640000000000, '张三', 'accepted', '', 'active', '', '');
INSERT INTO deployments (id, release_id, position, controller, job, app_name, state, version, wait_reason, next_at, lease_owner, lease_until, attempts, parameters, release_parameter, parameterised, submitted_at, posted_at, posted_ahead_ns, unanswered, queue_id, build, build_url, described, missing_since, started_at, finished_at, duration_ns, result, asked, code, message, stop_request)
VALUES (11, 1008, 1, 'prod', 'deploy/mall/mall-web', '商城前端', 'succeeded', 4, '', NULL, '', NULL, 1, '[{"name":"VERSION","value":"v2.1.0","chosen":true},{"name":"TOKEN","value":"hush","secret":true}]', 'RELEASE_ID', 1, 1694640000000000, 1694640000000000, -250000000, 0, 1, 1, 'https://jenkins.example.com/job/deploy/job/mall/job/mall-web/1/', 1, NULL, 1694640000000000, 1694640000000000, 400000000, 'SUCCESS', 'null', '', '', 'null');
INSERT INTO events (release_id, deployment_id, happened_at, actor, kind, from_state, to_state, code, message)
VALUES (1008, 11, 1772400060000000, 'system', 'due', 'waiting', 'succeeded', '', '');
INSERT INTO messages (id, message_key, release_id, kind, channel, recipient, title, markdown, state, version, attempts, next_at, lease_owner, lease_until, last_code, last_error, created_at, sent_at)
VALUES (4, 'R-1008/finished/ops', 1008, 'finished', 'robot', 'ops', '上线单 R-1008 已接收', '### 上线单 R-1008

- 项目：商城 "mall"', 'sent', 2, 1, NULL, '', NULL, '', '', 1694640000000000, 1694640000000000);
-- over, too, but its notice never left
INSERT INTO releases (id, version, state, accepted_state, fingerprint, source, process_instance_id, business_id, request_id, project, project_name, execute_mode, scheduled_at, deploy_order, initiator_id, initiator_name, approvers, reason, db_change, form, created_at, updated_at, finished_at)
VALUES (1009, 3, 'partial', 'active', '00000000000000000000000000000000000000000000000000000000000003f1', 'connector', 'instance-1009', '202603010001009', 'REQ1009', 'prod:deploy/mall', '商城', 'now', NULL, 'parallel', 'zhang', '张三', '[{"id":"wang","name":"王五"},{"id":"zhao"}]', '修复结算 ''含引号'' 🚀', 1, '{"项目名称":["商城"],"应用名称":["商城前端"]}', 1703280000000000, 1703280060000000, 1703280000000000);
INSERT INTO idempotency_keys (submission_key, release_id)
VALUES ('instance:instance-1009', 1009);
INSERT INTO idempotency_keys (submission_key, release_id)
VALUES ('request:REQ1009', 1009);
INSERT INTO events (release_id, deployment_id, happened_at, actor, kind, from_state, to_state, code, message)
VALUES (1009, NULL, 1703280000000000, '张三', 'accepted', '', 'active', '', '');
INSERT INTO deployments (id, release_id, position, controller, job, app_name, state, version, wait_reason, next_at, lease_owner, lease_until, attempts, parameters, release_parameter, parameterised, submitted_at, posted_at, posted_ahead_ns, unanswered, queue_id, build, build_url, described, missing_since, started_at, finished_at, duration_ns, result, asked, code, message, stop_request)
VALUES (12, 1009, 1, 'prod', 'deploy/mall/mall-web', '商城前端', 'succeeded', 4, '', NULL, '', NULL, 1, '[{"name":"VERSION","value":"v2.1.0","chosen":true},{"name":"TOKEN","value":"hush","secret":true}]', 'RELEASE_ID', 1, 1703280000000000, 1703280000000000, -250000000, 0, 2, 2, 'https://jenkins.example.com/job/deploy/job/mall/job/mall-web/2/', 1, NULL, 1703280000000000, 1703280000000000, 400000000, 'SUCCESS', 'null', '', '', 'null');
INSERT INTO events (release_id, deployment_id, happened_at, actor, kind, from_state, to_state, code, message)
VALUES (1009, 12, 1772400060000000, 'system', 'due', 'waiting', 'succeeded', '', '');
INSERT INTO deployments (id, release_id, position, controller, job, app_name, state, version, wait_reason, next_at, lease_owner, lease_until, attempts, parameters, release_parameter, parameterised, submitted_at, posted_at, posted_ahead_ns, unanswered, queue_id, build, build_url, described, missing_since, started_at, finished_at, duration_ns, result, asked, code, message, stop_request)
VALUES (13, 1009, 2, 'prod', 'deploy/mall/mall-order', '商城前端', 'failed', 4, '', NULL, '', NULL, 1, '[{"name":"VERSION","value":"v2.1.0","chosen":true},{"name":"TOKEN","value":"hush","secret":true}]', 'RELEASE_ID', 1, 1703280000000000, 1703280000000000, -250000000, 0, 3, 3, 'https://jenkins.example.com/job/deploy/job/mall/job/mall-web/3/', 1, NULL, 1703280000000000, 1703280000000000, 400000000, 'FAILURE', 'null', '', '', 'null');
INSERT INTO events (release_id, deployment_id, happened_at, actor, kind, from_state, to_state, code, message)
VALUES (1009, 13, 1772400060000000, 'system', 'due', 'waiting', 'failed', '', '');
INSERT INTO messages (id, message_key, release_id, kind, channel, recipient, title, markdown, state, version, attempts, next_at, lease_owner, lease_until, last_code, last_error, created_at, sent_at)
VALUES (5, 'R-1009/finished/ops', 1009, 'finished', 'robot', 'ops', '上线单 R-1009 已接收', '### 上线单 R-1009

- 项目：商城 "mall"', 'pending', 2, 0, 1703280000000000, '', NULL, '', '', 1703280000000000, NULL);
-- unstable, aborted and refused
INSERT INTO releases (id, version, state, accepted_state, fingerprint, source, process_instance_id, business_id, request_id, project, project_name, execute_mode, scheduled_at, deploy_order, initiator_id, initiator_name, approvers, reason, db_change, form, created_at, updated_at, finished_at)
VALUES (1010, 3, 'failed', 'active', '00000000000000000000000000000000000000000000000000000000000003f2', 'connector', 'instance-1010', '202603010001010', 'REQ1010', 'prod:deploy/mall', '商城', 'now', NULL, 'sequence', 'zhang', '张三', '[{"id":"wang","name":"王五"},{"id":"zhao"}]', '修复结算 ''含引号'' 🚀', 1, '{"项目名称":["商城"],"应用名称":["商城前端"]}', 1772400000000000, 1772400060000000, 1772400000000000);
INSERT INTO idempotency_keys (submission_key, release_id)
VALUES ('instance:instance-1010', 1010);
INSERT INTO idempotency_keys (submission_key, release_id)
VALUES ('request:REQ1010', 1010);
INSERT INTO events (release_id, deployment_id, happened_at, actor, kind, from_state, to_state, code, message)
VALUES (1010, NULL, 1772400000000000, '张三', 'accepted', '', 'active', '', '');
INSERT INTO deployments (id, release_id, position, controller, job, app_name, state, version, wait_reason, next_at, lease_owner, lease_until, attempts, parameters, release_parameter, parameterised, submitted_at, posted_at, posted_ahead_ns, unanswered, queue_id, build, build_url, described, missing_since, started_at, finished_at, duration_ns, result, asked, code, message, stop_request)
VALUES (14, 1010, 1, 'prod', 'deploy/mall/mall-web', '商城前端', 'unstable', 4, '', NULL, '', NULL, 1, '[{"name":"VERSION","value":"v2.1.0","chosen":true},{"name":"TOKEN","value":"hush","secret":true}]', 'RELEASE_ID', 1, 1772400000000000, 1772400000000000, -250000000, 0, 4, 4, 'https://jenkins.example.com/job/deploy/job/mall/job/mall-web/4/', 1, NULL, 1772400000000000, 1772400000000000, 400000000, 'UNSTABLE', 'null', '', '', 'null');
INSERT INTO events (release_id, deployment_id, happened_at, actor, kind, from_state, to_state, code, message)
VALUES (1010, 14, 1772400060000000, 'system', 'due', 'waiting', 'unstable', '', '');
INSERT INTO deployments (id, release_id, position, controller, job, app_name, state, version, wait_reason, next_at, lease_owner, lease_until, attempts, parameters, release_parameter, parameterised, submitted_at, posted_at, posted_ahead_ns, unanswered, queue_id, build, build_url, described, missing_since, started_at, finished_at, duration_ns, result, asked, code, message, stop_request)
VALUES (15, 1010, 2, 'prod', 'deploy/mall/mall-order', '商城前端', 'aborted', 4, '', NULL, '', NULL, 1, '[{"name":"VERSION","value":"v2.1.0","chosen":true},{"name":"TOKEN","value":"hush","secret":true}]', 'RELEASE_ID', 1, 1772400000000000, 1772400000000000, -250000000, 0, 5, 5, 'https://jenkins.example.com/job/deploy/job/mall/job/mall-web/5/', 1, NULL, 1772400000000000, 1772400000000000, 400000000, 'ABORTED', 'null', '', '', 'null');
INSERT INTO events (release_id, deployment_id, happened_at, actor, kind, from_state, to_state, code, message)
VALUES (1010, 15, 1772400060000000, 'system', 'due', 'waiting', 'aborted', '', '');
INSERT INTO deployments (id, release_id, position, controller, job, app_name, state, version, wait_reason, next_at, lease_owner, lease_until, attempts, parameters, release_parameter, parameterised, submitted_at, posted_at, posted_ahead_ns, unanswered, queue_id, build, build_url, described, missing_since, started_at, finished_at, duration_ns, result, asked, code, message, stop_request)
VALUES (16, 1010, 3, 'prod', 'deploy/mall/mall-pay', '商城前端', 'failed', 4, '', NULL, '', NULL, 0, '[{"name":"VERSION","value":"v2.1.0","chosen":true},{"name":"TOKEN","value":"hush","secret":true}]', 'RELEASE_ID', 1, NULL, NULL, 0, 0, 0, 0, '', 0, NULL, NULL, 1772400000000000, 0, '', 'null', 'jenkins_rejected', 'Jenkins 拒绝了参数', 'null');
INSERT INTO events (release_id, deployment_id, happened_at, actor, kind, from_state, to_state, code, message)
VALUES (1010, 16, 1772400060000000, 'system', 'due', 'waiting', 'failed', 'jenkins_rejected', 'Jenkins 拒绝了参数');
INSERT INTO messages (id, message_key, release_id, kind, channel, recipient, title, markdown, state, version, attempts, next_at, lease_owner, lease_until, last_code, last_error, created_at, sent_at)
VALUES (6, 'R-1010/finished/ops', 1010, 'finished', 'robot', 'ops', '上线单 R-1010 已接收', '### 上线单 R-1010

- 项目：商城 "mall"', 'dead', 2, 1, NULL, '', NULL, 'dingtalk_rejected', '钉钉拒绝了消息', 1772400000000000, NULL);
-- lost
INSERT INTO releases (id, version, state, accepted_state, fingerprint, source, process_instance_id, business_id, request_id, project, project_name, execute_mode, scheduled_at, deploy_order, initiator_id, initiator_name, approvers, reason, db_change, form, created_at, updated_at, finished_at)
VALUES (1011, 3, 'failed', 'active', '00000000000000000000000000000000000000000000000000000000000003f3', 'connector', 'instance-1011', '202603010001011', 'REQ1011', 'prod:deploy/mall', '商城', 'now', NULL, 'sequence', 'zhang', '张三', '[{"id":"wang","name":"王五"},{"id":"zhao"}]', '修复结算 ''含引号'' 🚀', 1, '{"项目名称":["商城"],"应用名称":["商城前端"]}', 1772400000000000, 1772400060000000, 1772400000000000);
INSERT INTO idempotency_keys (submission_key, release_id)
VALUES ('instance:instance-1011', 1011);
INSERT INTO idempotency_keys (submission_key, release_id)
VALUES ('request:REQ1011', 1011);
INSERT INTO events (release_id, deployment_id, happened_at, actor, kind, from_state, to_state, code, message)
VALUES (1011, NULL, 1772400000000000, '张三', 'accepted', '', 'active', '', '');
INSERT INTO deployments (id, release_id, position, controller, job, app_name, state, version, wait_reason, next_at, lease_owner, lease_until, attempts, parameters, release_parameter, parameterised, submitted_at, posted_at, posted_ahead_ns, unanswered, queue_id, build, build_url, described, missing_since, started_at, finished_at, duration_ns, result, asked, code, message, stop_request)
VALUES (17, 1011, 1, 'prod', 'deploy/pay/pay-lost', '商城前端', 'lost', 4, '', NULL, '', NULL, 1, '[{"name":"VERSION","value":"v2.1.0","chosen":true},{"name":"TOKEN","value":"hush","secret":true}]', 'RELEASE_ID', 1, 1772400000000000, 1772400000000000, -250000000, 0, 6, 6, 'https://jenkins.example.com/job/deploy/job/mall/job/mall-web/6/', 1, NULL, 1772400000000000, 1772400000000000, 400000000, '', 'null', '', '', 'null');
INSERT INTO events (release_id, deployment_id, happened_at, actor, kind, from_state, to_state, code, message)
VALUES (1011, 17, 1772400060000000, 'system', 'due', 'waiting', 'lost', '', '');
-- cancelled
INSERT INTO releases (id, version, state, accepted_state, fingerprint, source, process_instance_id, business_id, request_id, project, project_name, execute_mode, scheduled_at, deploy_order, initiator_id, initiator_name, approvers, reason, db_change, form, created_at, updated_at, finished_at)
VALUES (1012, 3, 'cancelled', 'active', '00000000000000000000000000000000000000000000000000000000000003f4', 'connector', 'instance-1012', '202603010001012', 'REQ1012', 'prod:deploy/mall', '商城', 'now', NULL, 'sequence', 'zhang', '张三', '[{"id":"wang","name":"王五"},{"id":"zhao"}]', '修复结算 ''含引号'' 🚀', 1, '{"项目名称":["商城"],"应用名称":["商城前端"]}', 1772400000000000, 1772400060000000, 1772400000000000);
INSERT INTO idempotency_keys (submission_key, release_id)
VALUES ('instance:instance-1012', 1012);
INSERT INTO idempotency_keys (submission_key, release_id)
VALUES ('request:REQ1012', 1012);
INSERT INTO events (release_id, deployment_id, happened_at, actor, kind, from_state, to_state, code, message)
VALUES (1012, NULL, 1772400000000000, '张三', 'accepted', '', 'active', '', '');
INSERT INTO deployments (id, release_id, position, controller, job, app_name, state, version, wait_reason, next_at, lease_owner, lease_until, attempts, parameters, release_parameter, parameterised, submitted_at, posted_at, posted_ahead_ns, unanswered, queue_id, build, build_url, described, missing_since, started_at, finished_at, duration_ns, result, asked, code, message, stop_request)
VALUES (18, 1012, 1, 'prod', 'deploy/mall/mall-web', '商城前端', 'cancelled', 4, '', NULL, '', NULL, 0, '[{"name":"VERSION","value":"v2.1.0","chosen":true},{"name":"TOKEN","value":"hush","secret":true}]', 'RELEASE_ID', 1, NULL, NULL, 0, 0, 0, 0, '', 0, NULL, NULL, 1772400000000000, 0, '', 'null', '', '', 'null');
INSERT INTO events (release_id, deployment_id, happened_at, actor, kind, from_state, to_state, code, message)
VALUES (1012, 18, 1772400060000000, 'system', 'due', 'waiting', 'cancelled', '', '');
-- expired
INSERT INTO releases (id, version, state, accepted_state, fingerprint, source, process_instance_id, business_id, request_id, project, project_name, execute_mode, scheduled_at, deploy_order, initiator_id, initiator_name, approvers, reason, db_change, form, created_at, updated_at, finished_at)
VALUES (1013, 3, 'expired', 'active', '00000000000000000000000000000000000000000000000000000000000003f5', 'connector', 'instance-1013', '202603010001013', 'REQ1013', 'prod:deploy/mall', '商城', 'scheduled', 1772313600000000, 'sequence', 'zhang', '张三', '[{"id":"wang","name":"王五"},{"id":"zhao"}]', '修复结算 ''含引号'' 🚀', 1, '{"项目名称":["商城"],"应用名称":["商城前端"]}', 1772400000000000, 1772400060000000, 1772400000000000);
INSERT INTO idempotency_keys (submission_key, release_id)
VALUES ('instance:instance-1013', 1013);
INSERT INTO idempotency_keys (submission_key, release_id)
VALUES ('request:REQ1013', 1013);
INSERT INTO events (release_id, deployment_id, happened_at, actor, kind, from_state, to_state, code, message)
VALUES (1013, NULL, 1772400000000000, '张三', 'accepted', '', 'active', '', '');
INSERT INTO deployments (id, release_id, position, controller, job, app_name, state, version, wait_reason, next_at, lease_owner, lease_until, attempts, parameters, release_parameter, parameterised, submitted_at, posted_at, posted_ahead_ns, unanswered, queue_id, build, build_url, described, missing_since, started_at, finished_at, duration_ns, result, asked, code, message, stop_request)
VALUES (19, 1013, 1, 'prod', 'deploy/mall/mall-web', '商城前端', 'expired', 4, '', NULL, '', NULL, 0, '[{"name":"VERSION","value":"v2.1.0","chosen":true},{"name":"TOKEN","value":"hush","secret":true}]', 'RELEASE_ID', 1, NULL, NULL, 0, 0, 0, 0, '', 0, NULL, NULL, 1772400000000000, 0, '', 'null', '', '', 'null');
INSERT INTO events (release_id, deployment_id, happened_at, actor, kind, from_state, to_state, code, message)
VALUES (1013, 19, 1772400060000000, 'system', 'due', 'waiting', 'expired', '', '');
-- a state that no code of version 1 reaches, though its schema has it
INSERT INTO releases (id, version, state, accepted_state, fingerprint, source, process_instance_id, business_id, request_id, project, project_name, execute_mode, scheduled_at, deploy_order, initiator_id, initiator_name, approvers, reason, db_change, form, created_at, updated_at, finished_at)
VALUES (1014, 3, 'verifying', 'active', '00000000000000000000000000000000000000000000000000000000000003f6', 'connector', 'instance-1014', '202603010001014', 'REQ1014', 'prod:deploy/mall', '商城', 'now', NULL, 'sequence', 'zhang', '张三', '[{"id":"wang","name":"王五"},{"id":"zhao"}]', '修复结算 ''含引号'' 🚀', 1, '{"项目名称":["商城"],"应用名称":["商城前端"]}', 1772400000000000, 1772400060000000, NULL);
INSERT INTO idempotency_keys (submission_key, release_id)
VALUES ('instance:instance-1014', 1014);
INSERT INTO idempotency_keys (submission_key, release_id)
VALUES ('request:REQ1014', 1014);
INSERT INTO events (release_id, deployment_id, happened_at, actor, kind, from_state, to_state, code, message)
VALUES (1014, NULL, 1772400000000000, '张三', 'accepted', '', 'active', '', '');
-- a state that no code of version 1 reaches, though its schema has it
INSERT INTO releases (id, version, state, accepted_state, fingerprint, source, process_instance_id, business_id, request_id, project, project_name, execute_mode, scheduled_at, deploy_order, initiator_id, initiator_name, approvers, reason, db_change, form, created_at, updated_at, finished_at)
VALUES (1015, 3, 'awaiting_approval', 'active', '00000000000000000000000000000000000000000000000000000000000003f7', 'connector', 'instance-1015', '202603010001015', 'REQ1015', 'prod:deploy/mall', '商城', 'now', NULL, 'sequence', 'zhang', '张三', '[{"id":"wang","name":"王五"},{"id":"zhao"}]', '修复结算 ''含引号'' 🚀', 1, '{"项目名称":["商城"],"应用名称":["商城前端"]}', 1772400000000000, 1772400060000000, NULL);
INSERT INTO idempotency_keys (submission_key, release_id)
VALUES ('instance:instance-1015', 1015);
INSERT INTO idempotency_keys (submission_key, release_id)
VALUES ('request:REQ1015', 1015);
INSERT INTO events (release_id, deployment_id, happened_at, actor, kind, from_state, to_state, code, message)
VALUES (1015, NULL, 1772400000000000, '张三', 'accepted', '', 'active', '', '');
-- a state that no code of version 1 reaches, though its schema has it
INSERT INTO releases (id, version, state, accepted_state, fingerprint, source, process_instance_id, business_id, request_id, project, project_name, execute_mode, scheduled_at, deploy_order, initiator_id, initiator_name, approvers, reason, db_change, form, created_at, updated_at, finished_at)
VALUES (1016, 3, 'rejected', 'active', '00000000000000000000000000000000000000000000000000000000000003f8', 'connector', 'instance-1016', '202603010001016', 'REQ1016', 'prod:deploy/mall', '商城', 'now', NULL, 'sequence', 'zhang', '张三', '[{"id":"wang","name":"王五"},{"id":"zhao"}]', '修复结算 ''含引号'' 🚀', 1, '{"项目名称":["商城"],"应用名称":["商城前端"]}', 1772400000000000, 1772400060000000, 1772400000000000);
INSERT INTO idempotency_keys (submission_key, release_id)
VALUES ('instance:instance-1016', 1016);
INSERT INTO idempotency_keys (submission_key, release_id)
VALUES ('request:REQ1016', 1016);
INSERT INTO events (release_id, deployment_id, happened_at, actor, kind, from_state, to_state, code, message)
VALUES (1016, NULL, 1772400000000000, '张三', 'accepted', '', 'active', '', '');
-- notices of no release
INSERT INTO messages (id, message_key, release_id, kind, channel, recipient, title, markdown, state, version, attempts, next_at, lease_owner, lease_until, last_code, last_error, created_at, sent_at)
VALUES (7, 'refused/1', NULL, 'refused', 'robot', 'ops', '上线单 R-1016 已接收', '### 上线单 R-1016

- 项目：商城 "mall"', 'sent', 2, 1, NULL, '', NULL, '', '', 1772400000000000, 1772400000000000);
INSERT INTO messages (id, message_key, release_id, kind, channel, recipient, title, markdown, state, version, attempts, next_at, lease_owner, lease_until, last_code, last_error, created_at, sent_at)
VALUES (8, 'refused/2', NULL, 'refused', 'work_notice', 'zhang', '上线单 R-1016 已接收', '### 上线单 R-1016

- 项目：商城 "mall"', 'pending', 2, 0, 1772400000000000, '', NULL, '', '', 1772400000000000, NULL);
-- leases and a listing
INSERT INTO leases (name, lease_owner, lease_until)
VALUES ('follow:prod', 'ALIVE', 1772485200123456);
INSERT INTO leases (name, lease_owner, lease_until)
VALUES ('list:prod', 'DEAD', 1772400000000000);
INSERT INTO listings (controller, listed_at, jobs)
VALUES ('prod', 1772400000000000, X'1f8b08000000000002ffab564a53b252504a492dc8c9afd4cf4dccc951d25150ca0389c1382520ced3a96d4fe7f781b8f9406e4951696a2d5735865e30a15b9e9a8462084c00c9a0a79dbdcf57af070926c18d03000f88f84e8b000000');
