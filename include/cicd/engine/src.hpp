// The bodies of the room engine/: include in exactly one translation unit.
#pragma once

#include <cicd/engine/image_step.ipp>
#include <cicd/engine/observer.ipp>
#include <cicd/engine/recorder.ipp>
#include <cicd/engine/session.ipp>
#include <cicd/engine/time_zones.ipp>
