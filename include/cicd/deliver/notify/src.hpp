// The bodies of deliver/notify/, to be included in exactly one translation unit. The order is of no
// importance.
#pragma once

#include <cicd/deliver/notify/courier.ipp>
#include <cicd/deliver/notify/failing_commit.ipp>
#include <cicd/deliver/notify/notice.ipp>
#include <cicd/deliver/notify/notice_board.ipp>
#include <cicd/deliver/notify/notice_text.ipp>
#include <cicd/deliver/notify/notifiers.ipp>
#include <cicd/deliver/notify/slack.ipp>
