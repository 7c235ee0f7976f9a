using SmartSink.Ledger.Facts;
using SmartSink.Smtp.Replies;

namespace SmartSink.Ledger;

/// <summary>Which part of the ledger is asked for.</summary>
/// <param name="Run">Only senders that brought messages of this run; of their items, duplicates and runs those of this one. Null for all.</param>
/// <param name="Client">Only client networks (<see cref="LedgerSender.Client"/>) of which this is true; null for all.</param>
/// <param name="Since">Only what happened from this <see cref="Moment.Milliseconds"/> on; connections that were still open then and items that were tried again are given whole. Null for all.</param>
internal sealed record LedgerQuery(string? Run = null, Func<string, bool>? Client = null, long? Since = null);

/// <summary>How much the ledger holds.</summary>
/// <param name="IsOn">Whether it takes anything.</param>
/// <param name="Since">The <see cref="Moment.Milliseconds"/> of the first event that it holds; -1 while there is none.</param>
/// <param name="Senders">Senders known.</param>
/// <param name="Runs">Runs known.</param>
/// <param name="Bytes">What all of it takes in memory.</param>
/// <param name="MostBytes">What it may take.</param>
/// <param name="Forgotten">Facts that were forgotten for want of memory.</param>
/// <param name="Behind">Events that were dropped before they came to it.</param>
internal readonly record struct LedgerStatus(bool IsOn, long Since, int Senders, int Runs, long Bytes, long MostBytes, long Forgotten, long Behind);
