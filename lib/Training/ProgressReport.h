//===- ProgressReport.h - What a run says of itself ----------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_TRAINING_PROGRESSREPORT_H
#define SUBBIT_TRAINING_PROGRESSREPORT_H

#include "lib/Training/ALQ.h"

namespace subbit::training {

/// Says what is known after each epoch: a line on stderr unless `quiet`, and a
/// line of JSON at the end of the file `log` unless that is empty. Of what the
/// file holds the first `finished` lines stay: a run goes on behind them.
llvm::Expected<ALQ::Listener> makeListener(bool quiet, llvm::StringRef log,
                                           int64_t finished);

} // namespace subbit::training

#endif // SUBBIT_TRAINING_PROGRESSREPORT_H
