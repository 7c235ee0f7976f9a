namespace SmartSink.TrafficGen.Options;

/// <summary>The flags as they are written.</summary>
internal static class FlagNames
{
    public const string Auth = "--auth";
    public const string Behave = "--behave";
    public const string BodyFile = "--body-file";
    public const string BodySize = "--body-size";
    public const string Chunking = "--chunking";
    public const string Concurrency = "--concurrency";
    public const string Domain = "--domain";
    public const string DomainConnections = "--domain-connections";
    public const string DomainSuffix = "--domain-suffix";
    public const string Duration = "--duration";
    public const string FailIf = "--fail-if";
    public const string Header = "--header";
    public const string Helo = "--helo";
    public const string Http = "--http";
    public const string HttpBatchSize = "--http-batch-size";
    public const string HttpDeferGeneration = "--http-defer-generation";
    public const string HttpDeferSpool = "--http-defer-spool";
    public const string KeepGoing = "--keep-going";
    public const string KnowsWhereItGoes = "--i-know-where-this-goes";
    public const string MessageCount = "--message-count";
    public const string MessagesPerConnection = "--messages-per-connection";
    public const string NoVerp = "--no-verp";
    public const string PermFailPercent = "--permfail-percent";
    public const string Pipelining = "--pipelining";
    public const string ProxyProtocol = "--proxy-protocol";
    public const string RateProfile = "--rate-profile";
    public const string Recipients = "--recipients";
    public const string RecipientsPerMessage = "--recipients-per-message";
    public const string Replay = "--replay";
    public const string Report = "--report";
    public const string RunId = "--run-id";
    public const string Seed = "--seed";
    public const string SenderDomain = "--sender-domain";
    public const string SizeDistribution = "--size-distribution";
    public const string SmtpUtf8 = "--smtputf8";
    public const string SourceIp = "--source-ip";
    public const string StartTls = "--starttls";
    public const string Target = "--target";
    public const string TempFailPercent = "--tempfail-percent";
    public const string Throttle = "--throttle";
    public const string TimeScale = "--time-scale";
    public const string Tls = "--tls";
    public const string Verify = "--verify";
    public const string VerifyRelayed = "--verify-relayed";
    public const string Late = "--late";
    public const string VerifyWait = "--verify-wait";
    public const string Verp = "--verp";
}
