using System.Net;

namespace SmartSink.TrafficGen.Injecting;

/// <summary>What a request failed by.</summary>
internal static class InjectFaults
{
    /// <summary>The fault of a request that got no answer, or none that is HTTP.</summary>
    public static TrafficFault Of(Exception exception) => exception is not HttpRequestException { HttpRequestError: var error }
        ? TrafficFault.TimedOut
        : error switch
        {
            HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError => TrafficFault.ConnectFailed,
            HttpRequestError.SecureConnectionError => TrafficFault.TlsFailed,
            HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded => TrafficFault.Malformed,
            _ => TrafficFault.Closed,
        };

    /// <summary>The fault that an answer's status says; one of those that are no success.</summary>
    public static TrafficFault Of(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.ProxyAuthenticationRequired => TrafficFault.AuthFailed,
        HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed or HttpStatusCode.Gone => TrafficFault.NotOffered,
        < HttpStatusCode.BadRequest => TrafficFault.NotOffered,
        < HttpStatusCode.InternalServerError => TrafficFault.RequestRefused,
        _ => TrafficFault.RequestFailed,
    };
}
