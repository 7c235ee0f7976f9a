using SmartSink.Behaviour;
using SmartSink.Connections;
using SmartSink.Events;
using SmartSink.Reports;
using SmartSink.Scenarios;
using SmartSink.Senders;
using SmartSink.Settings;
using SmartSink.Telemetry;

namespace SmartSink.Http.Api;

/// <summary>The control API: everything below /api/v1.</summary>
internal static class ApiRoutes
{
    public const string Root = "/api/v1";

    /// <summary>Adds it, behind its gate.</summary>
    public static void MapApi(this WebApplication app)
    {
        var services = app.Services;
        var settings = services.GetRequiredService<SinkSettings>();
        app.UseApiGate(new ApiGate(settings.ApiToken, [settings.Hostname, .. settings.ApiHosts]));
        app.MapApiDocument();
        var api = app.MapGroup(Root).WithMetadata(BehindGate.Metadata);
        var events = services.GetRequiredService<SinkEvents>();
        api.MapEventsApi(events, new EventFollowers(events, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<SinkMetrics>(), app.Lifetime.ApplicationStopping));
        api.MapMessagesApi(services.GetRequiredService<MessageSamples>());
        PolicyApi.Map(api, services);
        api.MapOverrideApi(services.GetRequiredService<BehaviourFilters>(), services.GetRequiredService<TimeProvider>().ReadMoment);
        api.MapOverlayApi(services.GetRequiredService<OverlayKeeper>(), services.GetRequiredService<TimeProvider>().ReadMoment);
        ActivatorUtilities.CreateInstance<StatsApi>(services, ActivatorUtilities.CreateInstance<SinkWarnings>(services)).Map(api);
        new ConnectionsApi(services.GetRequiredService<SmtpHost>(), services.GetRequiredService<SenderTable>(), services.GetRequiredService<TimeProvider>().ReadMoment).Map(api);
        new ReportApi(services.GetRequiredService<LedgerKeeper>(), services.GetRequiredService<ReportContexts>(), services.GetRequiredService<TimeProvider>().ReadMoment).Map(api);
    }
}
