using System.CommandLine;
using SmartSink.Smtp.Syntax;

namespace SmartSink.TrafficGen.Options;

/// <summary>What flags ask of each other.</summary>
internal static class FlagRules
{
    /// <summary>Flags that cannot do what they say beside the ones behind them.</summary>
    private static readonly (string Flag, string[] Others)[] Exclusions =
    [
        (FlagNames.Behave, [FlagNames.Http, FlagNames.RecipientsPerMessage]),
        (FlagNames.StartTls, [FlagNames.Tls]),
        (FlagNames.Verp, [FlagNames.NoVerp]),
        (
            FlagNames.Http,
            [
                FlagNames.Target, FlagNames.StartTls, FlagNames.Tls, FlagNames.Helo, FlagNames.SourceIp, FlagNames.ProxyProtocol,
                FlagNames.MessagesPerConnection, FlagNames.RecipientsPerMessage, FlagNames.Pipelining, FlagNames.Chunking, FlagNames.SmtpUtf8,
            ]
        ),
        (FlagNames.BodyFile, [FlagNames.BodySize, FlagNames.SizeDistribution, FlagNames.Header, FlagNames.Replay]),
        (FlagNames.Replay, [FlagNames.BodySize, FlagNames.SizeDistribution, FlagNames.Header]),
        (FlagNames.SizeDistribution, [FlagNames.BodySize]),
        (FlagNames.RateProfile, [FlagNames.Throttle]),
        (FlagNames.Recipients, [FlagNames.Domain, FlagNames.TempFailPercent, FlagNames.PermFailPercent]),
    ];

    /// <summary>A line for each flag whose value was forgotten, so that the next flag was taken for it.</summary>
    public static IEnumerable<string> FindForgottenValues(IReadOnlyCollection<Flag> flags, ParseResult line)
    {
        var names = flags.Select(flag => flag.Name).ToHashSet(StringComparer.Ordinal);
        return from flag in flags
               where flag.IsGiven(line)
               from token in line.GetResult(flag.Option)!.Tokens
               where names.Contains(token.Value)
               select $"{flag.Name}: needs a value, but the flag {token.Value} follows it";
    }

    /// <summary>A line for each flag that stands where it means nothing.</summary>
    public static IEnumerable<string> Check(IReadOnlyCollection<Flag> flags, ParseResult line)
    {
        var given = flags.Where(flag => flag.IsGiven(line)).ToDictionary(flag => flag.Name, StringComparer.Ordinal);
        var lonely = given.Values.Where(flag => flag.Needs is { } needed && !given.ContainsKey(needed))
            .Select(flag => $"{flag.Name}: has no effect without {flag.Needs}");
        var opposed = Exclusions.Where(rule => given.ContainsKey(rule.Flag))
            .SelectMany(rule => rule.Others.Where(given.ContainsKey).Select(other => $"{other}: cannot be used with {rule.Flag}"));
        return lonely.Concat(opposed);
    }

    /// <summary>A line for each value that is good alone but not with the others.</summary>
    public static IEnumerable<string> Check(TrafficOptions options)
    {
        if (options.TempFailPercent + options.PermFailPercent > 100)
        {
            yield return $"{FlagNames.TempFailPercent}: exceeds 100 together with {FlagNames.PermFailPercent}";
        }

        if (options.Behave == Manners.Well && options.Concurrency < options.Domains.Count)
        {
            yield return $"{FlagNames.Concurrency}: {FlagNames.Behave} well needs a connection for each of the {options.Domains.Count:N0} domains";
        }

        if (options.Behave == Manners.Badly && (options.Tls != TlsMode.None || options.Credential is not null || options.Chunking || options.SmtpUtf8))
        {
            yield return $"{FlagNames.Behave}: badly does not support TLS, AUTH, CHUNKING or SMTPUTF8";
        }

        if (options is { Verp: true, CanUseVerp: false })
        {
            yield return $"{FlagNames.Verp}: needs a {FlagNames.RunId} of at most {TrafficOptions.LongestVerpRun} characters without two dots in a row, because it becomes part of an address";
        }

        if (!options.Domains.Any(domain => domain.Weight > 0))
        {
            yield return $"{FlagNames.Domain}: all weights are 0, so no recipient can be drawn";
        }

        if (options.Verify.GroupBy(AddressText.MetricsAt).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            yield return $"{FlagNames.Verify}: {twice.Key} is given more than once, so its counts would be added up more than once";
        }

        if (options is { Http: not null, Verify.Count: > 0, VerifyRelayed: false })
        {
            yield return $"{FlagNames.Verify}: needs {FlagNames.VerifyRelayed} with {FlagNames.Http}, because the sink itself does not accept injected messages";
        }

        if (!options.SmtpUtf8 && options.Headers.FirstOrDefault(field => !EncodedWords.TryWrite(field, out _)) is { } header)
        {
            yield return $"{FlagNames.Header}: \"{header}\" has non-ASCII text where it cannot be encoded: in an address or a parameter, or in a name with special characters; put the name in quotes, or add {FlagNames.SmtpUtf8}";
        }

        var longest = options.Domains.Max(domain => domain.Name.Length);
        if (Math.Max(longest, options.SenderDomain?.Length ?? 0) + options.SuffixWithDot.Length > DomainName.MaxLength)
        {
            yield return $"{FlagNames.DomainSuffix}: makes a domain longer than {DomainName.MaxLength} bytes";
        }

        var (flag, host) = options.Http is { } http ? (FlagNames.Http, http.Host) : (FlagNames.Target, options.Target.Host);
        if (!options.MayLeaveThisMachine && !AddressText.IsLoopback(host))
        {
            yield return $"{flag}: {host} is not this machine and there is no {FlagNames.DomainSuffix}, so mail to real domains would leave it; add {FlagNames.KnowsWhereItGoes} if that is intended (see --help)";
        }
    }
}
