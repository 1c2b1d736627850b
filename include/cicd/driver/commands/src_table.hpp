// The bodies of driver/commands/, the commands themselves and the list that they are put into, to be included
// in exactly one translation unit: in another than the list they would be linked by nothing.
#pragma once

#include <cicd/driver/commands/command.ipp>
#include <cicd/driver/commands/table.ipp>
